import type { Database, Statement } from 'better-sqlite3';
import { mediaNamesIn } from './media-names.ts';
import { mediaUrl } from './media-path.ts';

/** A smaller copy of a picture. */
export interface Variant {
  /** The address, escaped. */
  readonly url: string;
  /** Pixels. */
  readonly width: number;
}

/** What a page needs to show a file as a picture. Width and height are in pixels; null if it has no size. */
export interface PictureSize {
  readonly width: number | null;
  readonly height: number | null;
  /** Narrowest first. */
  readonly variants: readonly Variant[];
  /** What describes it where a text does not; undefined: nothing. */
  readonly alt?: string | undefined;
}

interface SizeRow {
  readonly width: number | null;
  readonly height: number | null;
  readonly sha256: string;
  readonly alt: string | null;
}

/** Sizes of media files, for the renderer of texts. */
export class PictureSizes {
  readonly #size: Statement<[string], SizeRow>;
  readonly #variants: Statement<[string], { path: string; width: number; variant_of: string }>;

  constructor(database: Database) {
    this.#size = database.prepare('SELECT width, height, sha256, alt FROM media WHERE path = ?');
    this.#variants = database.prepare(
      `SELECT path, width, variant_of FROM media
       WHERE variant_of IN (SELECT value FROM json_each(?)) ORDER BY variant_of, width`,
    );
  }

  /** Undefined if there is no file of that name. */
  of(name: string): PictureSize | undefined {
    const row = this.#size.get(name);
    if (row === undefined) return undefined;
    const { width, height, sha256, alt } = row;
    const variants = width === null ? undefined : this.variantsOf([sha256]).get(sha256);
    return { width, height, variants: variants ?? [], ...(alt !== null && { alt }) };
  }

  /** Variants of pictures with these digests, by digest, narrowest first. */
  variantsOf(digests: readonly string[]): ReadonlyMap<string, readonly Variant[]> {
    const rows = this.#variants
      .all(JSON.stringify(digests))
      .map((row) => ({ of: row.variant_of, url: mediaUrl(row.path), width: row.width }));
    return Map.groupBy(rows, ({ of }) => of);
  }
}

/** The size of the picture at an address such as `/media/head.jpg`; undefined if no picture of this blog is there. */
export function pictureOf(
  address: string,
  sizeOf: (name: string) => PictureSize | undefined,
): PictureSize | undefined {
  const [name] = address.startsWith('/media/') ? mediaNamesIn(address) : [];
  const size = name === undefined ? undefined : sizeOf(name);
  return size === undefined || size.width === null ? undefined : size;
}
