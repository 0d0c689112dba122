import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Database, Statement } from 'better-sqlite3';
import { WorkGate, WorkGateFullError } from '../process/work-gate.ts';
import { completePicture, makePicture, type MadeFile, type MadePicture } from './make-picture.ts';
import { mediaDigest } from './media-digest.ts';
import type { MediaFile, MediaStore } from './media-store.ts';
import { PictureError } from './picture-error.ts';
import { unfinishedName } from './unfinished-files.ts';
import { uploadName } from './upload-name.ts';
import { UnfinishedMedia } from './unfinished-media.ts';

/** Raise it if the same picture is made into other files. */
const MAKER_VERSION = 1;
/** Decoding takes memory; who uploads more at once is told to wait. */
const MAX_WAITING = 8;

/** One picture is decoded at a time in this process. */
const gate = new WorkGate({ maxRunning: 1, maxWaiting: MAX_WAITING });
/** Kinds that are looked at, by content type. */
const PENDING = `SELECT path, sha256, source_sha256, content_type, made_by FROM media
  WHERE made_by < ? AND variant_of IS NULL AND content_type IN ('image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/gif')
  ORDER BY path`;

/** A picture that nobody has looked at. */
export interface PendingPicture {
  readonly path: string;
  readonly sha256: string;
  readonly source_sha256: string | null;
  readonly content_type: string;
  readonly made_by: number;
}

/** A file to be written, and its row. */
interface NewFile extends Omit<MadeFile, 'extension'> {
  readonly name: string;
  /** Already on disk. */
  readonly isThere?: boolean;
  readonly sha256: string;
  readonly sourceSha256: string | null;
  readonly variantOf: string | null;
}

export interface PictureOptions {
  readonly media: MediaStore;
  readonly folder: string;
  /** Runs a write, and retries while another process holds the lock. */
  readonly whenUnlocked: <T>(write: () => T) => Promise<T>;
  readonly now?: () => number;
  /** True beside a running blog, whose start must not take its files for those of a killed process; what a kill leaves, the next run replaces. */
  readonly isImport?: boolean;
  /** For tests. */
  readonly make?: (file: string) => Promise<MadePicture>;
}

/** Takes pictures of the owner, one at a time: each is made anew with its variants, and either all of its files and rows are there or none. */
export class Pictures {
  readonly #media: MediaStore;
  readonly #folder: string;
  readonly #whenUnlocked: PictureOptions['whenUnlocked'];
  readonly #now: () => number;
  readonly #isImport: boolean;
  readonly #make: (file: string) => Promise<MadePicture>;
  readonly #pending: Statement<[number], PendingPicture>;
  readonly #leaveAlone: Statement<[number, string, string]>;
  readonly #unfinished: UnfinishedMedia;
  readonly #writeRow: Statement<[Readonly<Record<string, string | number | null>>]>;
  readonly #isCurrent: Statement<[string, string]>;
  /** Returns false, and writes nothing, if the picture that they were made of has changed or gone. */
  readonly #writeRows: (files: readonly NewFile[], of?: PendingPicture) => boolean;
  readonly #begin: (names: readonly string[]) => void;

  constructor(database: Database, options: PictureOptions) {
    this.#media = options.media;
    this.#folder = path.resolve(options.folder);
    this.#whenUnlocked = options.whenUnlocked;
    this.#now = options.now ?? Date.now;
    this.#isImport = options.isImport ?? false;
    this.#make = options.make ?? makePicture;
    this.#unfinished = new UnfinishedMedia(database, this.#folder);
    this.#pending = database.prepare(PENDING);
    this.#leaveAlone = database.prepare('UPDATE media SET made_by = ? WHERE path = ? AND sha256 = ?');
    this.#writeRow = database.prepare(
      `INSERT INTO media (path, sha256, bytes, content_type, width, height, created_at, source_sha256, variant_of, made_by)
       VALUES (@path, @sha256, @bytes, @content_type, @width, @height, @created_at, @source_sha256, @variant_of, @made_by)
       ON CONFLICT (path) DO UPDATE SET sha256 = excluded.sha256, bytes = excluded.bytes, content_type = excluded.content_type,
         width = excluded.width, height = excluded.height, source_sha256 = excluded.source_sha256, variant_of = excluded.variant_of,
         made_by = excluded.made_by`,
    );
    this.#isCurrent = database.prepare('SELECT 1 FROM media WHERE path = ? AND sha256 = ?');
    const writeRows = database.transaction((files: readonly NewFile[], of?: PendingPicture): boolean => {
      if (!this.#isThere(of)) return false;
      for (const file of files) this.#writeRow.run(this.#columnsOf(file));
      this.#unfinished.end(files.map(({ name }) => name));
      return true;
    });
    this.#writeRows = (files, of) => writeRows.immediate(files, of);
    const begin = database.transaction((names: readonly string[]) => this.#unfinished.begin(names));
    this.#begin = (names) => begin.immediate(names);
  }

  /** A new file name for an upload, in a folder that requests cannot reach; the caller removes it. */
  uploadFile(): string {
    const folder = this.#isImport ? this.#folder : this.#unfinished.makeUploadFolder();
    return path.join(folder, unfinishedName());
  }

  /**
   * Stores a picture that lies in a file; the same bytes twice are one picture. `slug` becomes a part of its name. Throws PictureError for what
   * it does not take, or the error of a disk or database that takes nothing; then nothing is stored.
   */
  async add(source: string, slug: string): Promise<{ readonly media: MediaFile; readonly isNew: boolean }> {
    try {
      return await gate.run(async () => {
        const sourceSha256 = await digestOf(source);
        const known = this.#media.madeFrom(sourceSha256);
        if (known !== undefined) return { media: known, isNew: false };
        const { picture, variants } = await this.#make(source);
        const name = uploadName(slug, sourceSha256, picture.extension);
        const sha256 = mediaDigest(picture.bytes);
        await this.#store([
          ...variants.map((variant) => variantFile(variant, sha256)),
          { ...picture, name, sha256, sourceSha256, variantOf: null },
        ]);
        return { media: this.#media.find(name)!, isNew: true };
      });
    } catch (error) {
      if (!(error instanceof WorkGateFullError)) throw error;
      throw new PictureError(
        'busy',
        'Other pictures are being processed. Upload this one again in a minute.',
      );
    }
  }

  /** Imported pictures that nobody has looked at, and those from before there were variants. */
  pending(): readonly PendingPicture[] {
    return this.#pending.all(MAKER_VERSION);
  }

  /**
   * Makes the variants of a picture, and, unless it is from before, the picture anew if it has hidden facts. Calls `onChange` before anything
   * changes. What cannot be decoded stays as it is. Throws PictureError if none can be processed here.
   */
  complete(pending: PendingPicture, onChange: () => void): Promise<void> {
    return gate.run(async () => {
      const file = path.join(this.#folder, ...pending.path.split('/'));
      const bytes = await readFile(file).catch(() => undefined);
      if (bytes === undefined) return;
      const completed = await completePicture(file, { cleans: pending.made_by === 0 }).catch(
        (error: unknown) => {
          if (error instanceof PictureError && error.fault !== 'unavailable') return undefined;
          throw error;
        },
      );
      if (completed === undefined) return this.#whenUnlocked(() => this.#leave(pending));
      const { picture, variants, width, height } = completed;
      const sha256 = mediaDigest(picture?.bytes ?? bytes);
      // A process may have been killed between the new bytes and their row.
      const isNew = sha256 !== pending.sha256;
      if (isNew || variants.length > 0) await this.#whenUnlocked(onChange);
      const files = [
        ...variants.map((variant) => variantFile(variant, sha256)),
        {
          bytes,
          width,
          height,
          contentType: pending.content_type,
          ...picture,
          name: pending.path,
          sha256,
          sourceSha256: isNew ? (pending.source_sha256 ?? pending.sha256) : pending.source_sha256,
          variantOf: null,
          isThere: picture === undefined,
        },
      ];
      await this.#store(files, pending);
    });
  }

  #isThere(picture: PendingPicture | undefined): boolean {
    return picture === undefined || this.#isCurrent.get(picture.path, picture.sha256) !== undefined;
  }

  #leave({ path: name, sha256 }: PendingPicture): void {
    this.#leaveAlone.run(MAKER_VERSION, name, sha256);
  }

  /** Writes all files, then all rows; nothing if the picture that they were made `of` was replaced or removed meanwhile. */
  async #store(files: readonly NewFile[], of?: PendingPicture): Promise<void> {
    const names = files.map(({ name }) => name);
    if (!this.#isThere(of)) return;
    if (!this.#isImport) await this.#whenUnlocked(() => this.#begin(names));
    try {
      for (const { name, bytes, isThere } of files) if (isThere !== true) await this.#write(name, bytes);
      const isWritten = await this.#whenUnlocked(() => this.#writeRows(files, of));
      if (!isWritten) await this.#whenUnlocked(() => this.#unfinished.abandon(names));
    } catch (error) {
      // If even this fails, the next start does it.
      await this.#whenUnlocked(() => this.#unfinished.abandon(names)).catch(() => {});
      throw error;
    }
  }

  async #write(name: string, bytes: Buffer): Promise<void> {
    const file = path.join(this.#folder, ...name.split('/'));
    const unfinished = this.uploadFile();
    try {
      await writeFile(unfinished, bytes, { flag: 'wx', flush: true });
      await mkdir(path.dirname(file), { recursive: true });
      await rename(unfinished, file);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
  }

  #columnsOf(file: NewFile): Readonly<Record<string, string | number | null>> {
    return {
      path: file.name,
      sha256: file.sha256,
      bytes: file.bytes.length,
      content_type: file.contentType,
      width: file.width,
      height: file.height,
      created_at: this.#now(),
      source_sha256: file.sourceSha256,
      variant_of: file.variantOf,
      made_by: MAKER_VERSION,
    };
  }
}

/** Named by the picture's digest: pictures with the same bytes share their variants. */
function variantFile(variant: MadeFile, sha256: string): NewFile {
  const name = `variants/${sha256.slice(0, 24)}/${variant.width}.${variant.extension}`;
  return { ...variant, name, sha256: mediaDigest(variant.bytes), sourceSha256: null, variantOf: sha256 };
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
