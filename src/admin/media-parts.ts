import type { MediaFile } from '../media/media-store.ts';
import type { Variant } from '../media/picture-sizes.ts';
import { html, type Html } from '../markup/html.ts';
import { size, text } from '../markup/quantity.ts';
import { titleHtml } from '../markup/title.ts';
import type { MediaUse } from '../posts/media-uses.ts';

export const MEDIA_PATH = '/admin/media';
/** What a browser offers to choose. */
export const PICTURE_TYPES = 'image/jpeg,image/png,image/webp,image/avif,image/gif';

/** A file, the posts that use it, and whether readers may open it. */
export interface MediaRow {
  readonly file: MediaFile;
  readonly variants: readonly Variant[];
  readonly uses: readonly MediaUse[];
  readonly isPublic: boolean;
  /** What shows it in a text. */
  readonly markdown: string;
  /** False for a picture that a post shows without an alternative text, or that has none anywhere. */
  readonly hasAlt: boolean;
}

export function isPicture({ contentType }: MediaFile): boolean {
  return contentType.startsWith('image/');
}

/** `42 kB, image/png, 640 × 480`. */
export function describeFile({ bytes, contentType, width, height }: MediaFile): string {
  const pixels = width !== null && height !== null ? `, ${width} × ${height}` : '';
  const [type = ''] = contentType.split(';', 1);
  return `${text(size(bytes))}, ${type}${pixels}`;
}

/** The smallest variant. */
export function thumbnailAddress({ file, variants }: MediaRow): string {
  return variants[0]?.url ?? file.url;
}

/** Its name stands beside it. */
export function thumbnail(row: MediaRow): Html | undefined {
  if (!isPicture(row.file)) return undefined;
  return html`<img
    src="${thumbnailAddress(row)}"
    alt=""
    width="72"
    height="54"
    loading="lazy"
    decoding="async"
  />`;
}

/** Links to the editor of each post, at most 20. */
export function useLinks(uses: readonly MediaUse[]): Html {
  return html`${uses.map(
    ({ id, title, deletedAtMillis }, index) =>
      html`${index > 0 && ', '}<a href="/admin/posts/${id}/edit"><bdi>${titleHtml(title)}</bdi></a
        >${deletedAtMillis !== null && ' (deleted)'}`,
  )}`;
}
