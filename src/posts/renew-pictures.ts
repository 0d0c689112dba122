import type { Database } from 'better-sqlite3';
import type { Logger } from 'pino';
import type { MediaStore } from '../media/media-store.ts';
import type { Pictures } from '../media/pictures.ts';
import { MediaUses } from './media-uses.ts';
import type { PostStore } from './post-store.ts';
import { StaleRenders } from './stale-renders.ts';

/**
 * Makes the variants of all pictures that have none yet, one by one, then renders the posts that show them again. Throws PictureError if no
 * picture can be processed here. What is not done when it stops, the next run does.
 */
export async function renewPictures(options: {
  readonly database: Database;
  readonly posts: PostStore;
  readonly media: Pick<MediaStore, 'removeOrphans'>;
  readonly pictures: Pick<Pictures, 'pending' | 'complete'>;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  readonly stale?: StaleRenders;
  readonly onProgress?: (done: number, total: number) => void;
}): Promise<void> {
  const { database, pictures, onProgress } = options;
  const stale = options.stale ?? new StaleRenders(database, options);
  const uses = new MediaUses(database);
  const pending = pictures.pending();
  if (pending.length === 0) return;
  onProgress?.(0, pending.length);
  for (const [index, picture] of pending.entries()) {
    if (stale.isStopped) return;
    await pictures.complete(picture, () => uses.renderAgain(picture.path));
    onProgress?.(index + 1, pending.length);
  }
  await stale.renderAll();
  if (!stale.isStopped) options.media.removeOrphans();
}
