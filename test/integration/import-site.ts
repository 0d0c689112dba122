import { join } from 'node:path';
import { DATABASE_FILE_NAME, MEDIA_FOLDER_NAME } from '../../src/db/data-files.ts';
import { closeDatabase, openDatabase } from '../../src/db/open-database.ts';
import { MediaStore } from '../../src/media/media-store.ts';
import { importPosts } from '../../src/posts/import/import-posts.ts';
import { PostStore } from '../../src/posts/post-store.ts';

/** What `npm run import` does, without its process: the site in a folder becomes the posts of a blog that does not run. */
export function importSite(site: string, dataDir: string): void {
  const database = openDatabase(join(dataDir, DATABASE_FILE_NAME));
  try {
    const media = new MediaStore(database, { folder: join(dataDir, MEDIA_FOLDER_NAME) });
    importPosts(site, { database, posts: new PostStore(database), media });
  } finally {
    closeDatabase(database);
  }
}
