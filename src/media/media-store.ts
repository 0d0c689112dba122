import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Database, Statement } from 'better-sqlite3';
import { contentTypeOf } from './content-type.ts';
import { imageSize } from './image-size.ts';
import { mediaDigest } from './media-digest.ts';
import { escapedPath, mediaPath, mediaUrl } from './media-path.ts';
import { unfinishedName } from './unfinished-files.ts';
import { PictureSizes, type Variant } from './picture-sizes.ts';
import { UnfinishedMedia } from './unfinished-media.ts';

/** A media file and its metadata. */
export interface MediaFile {
  /** Decoded, without `/media/`. */
  readonly path: string;
  /** The address, escaped. */
  readonly url: string;
  /** Absolute path of the file inside the media folder. */
  readonly file: string;
  /** Lower-case hex; a strong ETag. */
  readonly sha256: string;
  readonly bytes: number;
  readonly contentType: string;
  /** Pixels; null if it is not an image with a size. */
  readonly width: number | null;
  readonly height: number | null;
  readonly alt: string | null;
  readonly createdAtMillis: number;
}

interface MediaRow {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly content_type: string;
  readonly width: number | null;
  readonly height: number | null;
  readonly alt: string | null;
  readonly created_at: number;
  /** Digest of the bytes that the file was made of; null if it has them as they came. */
  readonly source_sha256: string | null;
}

const ORPHANS = `DELETE FROM media WHERE variant_of IS NOT NULL
  AND variant_of NOT IN (SELECT sha256 FROM media WHERE variant_of IS NULL) RETURNING path`;

/**
 * Media are files under `DATA_DIR/media`, each with a row for digest, type and size in pixels. Names have passed `mediaPath`, so none
 * leads out of the folder. Files are renamed into place when complete; unfinished ones have hidden names that no request can reach.
 * Variants of a picture are rows of their own, found by the digest of the picture, and not listed.
 */
export class MediaStore {
  readonly #folder: string;
  readonly #now: () => number;
  readonly #find: Statement<[string], MediaRow>;
  readonly #findAll: Statement<[string], MediaRow>;
  readonly #sizes: PictureSizes;
  readonly #list: Statement<[string, number], MediaRow>;
  readonly #put: Statement<
    [string, string, number, string, number | null, number | null, string | null, number]
  >;
  readonly #madeFrom: Statement<[string], MediaRow>;
  readonly #removeRows: (names: readonly string[]) => readonly string[];
  readonly #describe: Statement<[string | null, string]>;
  readonly #unfinished: UnfinishedMedia;

  constructor(database: Database, options: { readonly folder: string; readonly now?: () => number }) {
    this.#folder = path.resolve(options.folder);
    this.#now = options.now ?? Date.now;
    this.#find = database.prepare('SELECT * FROM media WHERE path = ?');
    this.#findAll = database.prepare('SELECT * FROM media WHERE path IN (SELECT value FROM json_each(?))');
    this.#sizes = new PictureSizes(database);
    this.#list = database.prepare(
      'SELECT * FROM media WHERE path > ? AND variant_of IS NULL ORDER BY path LIMIT ?',
    );
    this.#put = database.prepare(
      `INSERT INTO media (path, sha256, bytes, content_type, width, height, alt, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (path) DO UPDATE SET sha256 = excluded.sha256, bytes = excluded.bytes, content_type = excluded.content_type,
         width = excluded.width, height = excluded.height, alt = coalesce(excluded.alt, alt), created_at = excluded.created_at,
         source_sha256 = NULL, variant_of = NULL, made_by = 0`,
    );
    this.#madeFrom = database.prepare('SELECT * FROM media WHERE source_sha256 = ? LIMIT 1');
    this.#describe = database.prepare('UPDATE media SET alt = ? WHERE path = ?');
    this.#unfinished = new UnfinishedMedia(database, this.#folder);
    const remove = database.prepare<[string]>('DELETE FROM media WHERE path = ?');
    const removeVariants = database.prepare<[], string>(ORPHANS).pluck();
    const removeRows = database.transaction((names: readonly string[]): readonly string[] => {
      for (const name of names) remove.run(name);
      const removed = [...names, ...removeVariants.all()];
      this.#unfinished.begin(removed);
      return removed;
    });
    this.#removeRows = (names) => removeRows.immediate(names);
  }

  /** Finds the file of `/media/…`, escaped or not, with or without the prefix; undefined if there is none. */
  find(requestPath: string): MediaFile | undefined {
    const name = mediaPath(requestPath);
    const row = name === undefined ? undefined : this.#find.get(name);
    return row === undefined ? undefined : this.#file(row);
  }

  /** Finds files by their names, in the order of these; those that are gone are left out. */
  findAll(names: readonly string[]): readonly MediaFile[] {
    const rows = new Map(this.#findAll.all(JSON.stringify(names)).map((row) => [row.path, row]));
    return names.flatMap((name) => rows.get(name) ?? []).map((row) => this.#file(row));
  }

  /** Variants of pictures, by the digest of the picture, narrowest first. */
  variantsOf(files: readonly MediaFile[]): ReadonlyMap<string, readonly Variant[]> {
    return this.#sizes.variantsOf(files.map(({ sha256 }) => sha256));
  }

  /** Finds the picture that was made of bytes with this digest, if its file is there. */
  madeFrom(sourceSha256: string): MediaFile | undefined {
    const row = this.#madeFrom.get(sourceSha256);
    const media = row === undefined ? undefined : this.#file(row);
    return media !== undefined && existsSync(media.file) ? media : undefined;
  }

  /** Lists files by name, at most `limit` (default 100) after `after`. */
  list(options: { readonly after?: string; readonly limit?: number } = {}): readonly MediaFile[] {
    return this.#list.all(options.after ?? '', options.limit ?? 100).map((row) => this.#file(row));
  }

  /**
   * Stores bytes under a name; identical bytes change nothing. Throws TypeError for an invalid name.
   * The file is completely on disk before its row is written.
   */
  put(
    name: string,
    bytes: Buffer,
    options: { readonly alt?: string } = {},
  ): { readonly media: MediaFile; readonly changed: boolean } {
    const mediaName = mediaPath(escapedPath(name));
    if (mediaName === undefined) throw new TypeError(`invalid media name ${JSON.stringify(name)}`);
    const sha256 = mediaDigest(bytes);
    const before = this.#find.get(mediaName);
    const file = this.#fileOf(mediaName);
    const isKnown = (before?.source_sha256 ?? before?.sha256) === sha256;
    const isThere = before !== undefined && isKnown && existsSync(file);
    // A picture was made of these bytes, with a size and a digest of its own.
    if (isThere && before.source_sha256 !== null && options.alt === undefined)
      return { media: this.#file(before), changed: false };
    if (!isThere) writeAtomically(file, bytes);
    const size = imageSize(bytes);
    // A size that an earlier version could not read is new, too.
    const isSame = isThere && options.alt === undefined && before.width === (size?.width ?? null);
    if (isSame) return { media: this.#file(before), changed: false };
    this.#put.run(
      mediaName,
      sha256,
      bytes.length,
      contentTypeOf(mediaName, bytes),
      size?.width ?? null,
      size?.height ?? null,
      options.alt ?? null,
      before !== undefined && isKnown ? before.created_at : this.#now(),
    );
    return { media: this.#file(this.#find.get(mediaName)!), changed: true };
  }

  /** Keeps the alternative text with which a picture is inserted into texts; empty: none. */
  describe(name: string, alt: string): void {
    this.#describe.run(alt === '' ? null : alt, name);
  }

  /** Removes a file and its variants; returns false if there was none. */
  remove(name: string): boolean {
    const media = this.find(escapedPath(name));
    if (media === undefined) return false;
    this.#removeWithVariants([media.path]);
    return true;
  }

  /** Removes variants of pictures that have other bytes by now. Call it when the posts with their addresses are rendered again. */
  removeOrphans(): void {
    this.#removeWithVariants([]);
  }

  #removeWithVariants(given: readonly string[]): void {
    const names = this.#removeRows(given);
    for (const name of names) rmSync(this.#fileOf(name), { force: true });
    this.#unfinished.end(names);
  }

  #fileOf(name: string): string {
    return path.join(this.#folder, ...name.split('/'));
  }

  #file(row: MediaRow): MediaFile {
    return {
      path: row.path,
      url: mediaUrl(row.path),
      file: this.#fileOf(row.path),
      sha256: row.sha256,
      bytes: row.bytes,
      contentType: row.content_type,
      width: row.width,
      height: row.height,
      alt: row.alt,
      createdAtMillis: row.created_at,
    };
  }
}

function writeAtomically(file: string, bytes: Buffer): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const unfinished = path.join(path.dirname(file), unfinishedName());
  try {
    writeFileSync(unfinished, bytes, { flag: 'wx', flush: true });
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}
