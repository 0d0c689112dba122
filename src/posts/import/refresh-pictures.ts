import type { Database } from 'better-sqlite3';
import type { Post } from '../post.ts';
import type { PostStore } from '../post-store.ts';
import { PostWriter } from '../post-writer.ts';
import type { MediaImporter } from './import-media.ts';
import type { SourceFile } from './read-tree.ts';

const USED = 'SELECT media_path FROM media_uses WHERE post_id = ? ORDER BY media_path';

/** Takes changed pictures of sources whose text is unchanged: a picture may have another size, which is in its post's HTML. */
export class PictureRefresh {
  readonly #media: MediaImporter;
  readonly #used;
  readonly #replace;

  constructor(
    { database, posts }: { readonly database: Database; readonly posts: PostStore },
    media: MediaImporter,
  ) {
    this.#media = media;
    this.#used = database.prepare<[number], string>(USED).pluck();
    const writer = new PostWriter(database);
    this.#replace = database.transaction((post: Post) => {
      writer.replaceRendered(post, posts.rendering.render(post));
    });
  }

  refresh(source: SourceFile, post: Post): void {
    if (post.deletedAtMillis !== null) return;
    const before = this.#media.importedFiles;
    for (const name of this.#used.all(post.id)) this.#media.refresh(source, post.path, name);
    if (this.#media.importedFiles > before) this.#replace.immediate(post);
  }
}
