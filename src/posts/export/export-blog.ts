import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { MEDIA_FOLDER_NAME } from '../../db/data-files.ts';
import { SettingStore } from '../../db/setting-store.ts';
import { StoredSiteSettings } from '../../db/site-settings.ts';
import { mediaDigest } from '../../media/media-digest.ts';
import { fillNewFolder } from '../../process/new-folder.ts';
import { feedIdOf } from '../feed-id.ts';
import { formerFeedId } from '../former-feed-ids.ts';
import type { Post } from '../post.ts';
import { PostWriter } from '../post-writer.ts';
import { TagNames } from '../tag-names.ts';
import { postOf, SELECT_POST, type PostRow } from '../post-rows.ts';
import { Redirects } from '../redirects.ts';
import { exportedFileName } from './exported-file-name.ts';
import { exportedText } from './exported-post.ts';
import { EXPORT_FILE_NAME, EXPORTED_MEDIA, exportedSite } from './exported-site.ts';

/** What an export has, and what it lacks. */
export interface ExportSummary {
  readonly posts: number;
  /** Of them. */
  readonly drafts: number;
  readonly deleted: number;
  readonly media: number;
  readonly redirects: number;
  /** Media files that are missing on disk or do not match their row. */
  readonly missingMedia: readonly string[];
  /** Posts from before feed ids were stored: without PUBLIC_URL their ids are unknown, and feed readers may show them again. */
  readonly newFeedIds: number;
  /** Texts in the editor that were never saved; they are not exported. */
  readonly unsavedTexts: number;
}

const ALL_POSTS = `${SELECT_POST} ORDER BY posts.published_at, posts.id`;
const SHARED_DATES = `SELECT id, place FROM (
  SELECT id, row_number() OVER same AS place, count(*) OVER (PARTITION BY published_at) AS sharing
  FROM posts WHERE published_at IS NOT NULL WINDOW same AS (PARTITION BY published_at ORDER BY id)
) WHERE sharing > 1`;
/** Variants are made again of their pictures. */
const ALL_MEDIA = 'SELECT path, sha256 FROM media WHERE variant_of IS NULL ORDER BY path';
const ALTS = 'SELECT path, alt FROM media WHERE variant_of IS NULL AND alt IS NOT NULL ORDER BY path';
const UNSAVED_TEXTS = 'SELECT count(*) FROM unsaved_texts';

/**
 * Writes a blog, which may be running, into a new or empty folder: every post as Markdown with front matter, the media, the settings and
 * the redirects, as of one moment. The importer reads it back; a second export has the same bytes. Throws NewFolderError.
 */
export function exportBlog(options: {
  readonly database: Database;
  readonly dataDir: string;
  readonly directory: string;
  /** For the ids of posts from before they were stored. */
  readonly publicUrl: string | undefined;
}): Promise<ExportSummary> {
  const { database, dataDir, publicUrl } = options;
  return fillNewFolder(options.directory, (folder) => {
    const ids = new FeedIds(publicUrl);
    // Reads of one transaction see one state, whatever a running blog writes.
    const writeAll = database.transaction((): ExportSummary => {
      const redirects = new Redirects(database, { now: Date.now }).list();
      const settings = new StoredSiteSettings(new SettingStore(database)).values;
      const tagNames = new TagNames(database, new PostWriter(database));
      const alts = database.prepare<[], { path: string; alt: string }>(ALTS).all();
      const site = { settings, redirects, renamed: tagNames.renamed(), alts };
      write(folder, EXPORT_FILE_NAME, exportedSite(site));
      const counts = { posts: 0, drafts: 0, deleted: 0 };
      const places = placesOf(database);
      for (const row of database.prepare<[], PostRow>(ALL_POSTS).iterate()) {
        const post = postOf(row);
        const order = places.get(post.id);
        const text = exportedText(post, { feedId: ids.of(post), timeZone: settings.timeZone, order });
        write(folder, join('content', exportedFileName(post.path)), text);
        counts.posts++;
        if (post.deletedAtMillis !== null) counts.deleted++;
        else if (post.status === 'draft') counts.drafts++;
      }
      return {
        ...counts,
        ...exportMedia(database, join(dataDir, MEDIA_FOLDER_NAME), folder),
        redirects: redirects.length,
        newFeedIds: ids.derived,
        unsavedTexts: database.prepare<[], number>(UNSAVED_TEXTS).pluck().get() ?? 0,
      };
    });
    return writeAll();
  });
}

/** Lists show posts of one date by the order in which they were written: the place of those that share theirs, by id. */
function placesOf(database: Database): ReadonlyMap<number, number> {
  const rows = database.prepare<[], { id: number; place: number }>(SHARED_DATES).all();
  return new Map(rows.map(({ id, place }) => [id, place]));
}

class FeedIds {
  readonly #publicUrl: string | undefined;
  derived = 0;

  constructor(publicUrl: string | undefined) {
    this.#publicUrl = publicUrl;
  }

  of(post: Post): string {
    if (post.feedId !== undefined) return post.feedId;
    if (this.#publicUrl !== undefined) return formerFeedId(post, this.#publicUrl);
    this.derived++;
    return feedIdOf(undefined, {
      path: post.path,
      publishedAtMillis: post.publishedAtMillis ?? undefined,
    });
  }
}

function exportMedia(
  database: Database,
  from: string,
  folder: string,
): Pick<ExportSummary, 'media' | 'missingMedia'> {
  let media = 0;
  const missingMedia: string[] = [];
  for (const { path, sha256 } of database
    .prepare<[], { path: string; sha256: string }>(ALL_MEDIA)
    .iterate()) {
    const file = join(from, ...path.split('/'));
    const bytes = existsSync(file) ? readFileSync(file) : undefined;
    if (bytes !== undefined && mediaDigest(bytes) === sha256) {
      write(folder, join(EXPORTED_MEDIA, path), bytes);
      media++;
    } else missingMedia.push(path);
  }
  return { media, missingMedia };
}

/** Throws if the file exists. */
function write(folder: string, name: string, content: string | Buffer): void {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content, { flag: 'wx' });
}
