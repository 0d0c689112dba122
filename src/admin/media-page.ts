import { hiddenField } from '../accounts/form-parts.ts';
import type { MediaFile } from '../media/media-store.ts';
import { size, text } from '../markup/quantity.ts';
import type { MediaUse } from '../posts/media-uses.ts';
import { html, type Html } from '../markup/html.ts';
import { titleHtml } from '../markup/title.ts';

/** A file with who uses it and who may have it. */
export interface MediaRow {
  readonly file: MediaFile;
  readonly uses: readonly MediaUse[];
  readonly isPublic: boolean;
}

export interface MediaPageOptions {
  readonly rows: readonly MediaRow[];
  /** Name after which the next page begins. */
  readonly next: string | undefined;
  /** A page after the first. */
  readonly isFurther: boolean;
  readonly notice: string | undefined;
}

/** Every file of the blog by name: what it is, which posts use it, who may have it. */
export function mediaPage({ rows, next, isFurther, notice }: MediaPageOptions): Html {
  return html`<header class="page-bar"><h1>Media</h1></header>
    ${notice !== undefined && html`<p class="notice" role="status">${notice}</p>`}
    <p>
      Readers can open a file that a published or unlisted post shows or links to. Files of drafts, scheduled
      and deleted posts are yours alone.
    </p>
    ${
      rows.length === 0
        ? html`<p class="empty">
            ${isFurther ? 'No file comes after that.' : 'There are no files. An import brings the pictures of its posts.'}
          </p>`
        : table(rows)
    }
    <p class="turn">
      ${isFurther && html`<a href="/admin/media">First page</a>`}
      ${next !== undefined && html`<a href="/admin/media?after=${encodeURIComponent(next)}" rel="next">More files →</a>`}
    </p>`;
}

function table(rows: readonly MediaRow[]): Html {
  return html`<table class="post-table media-table">
    <caption class="visually-hidden">
      Media, by name
    </caption>
    <thead>
      <tr>
        <th scope="col">File</th>
        <th scope="col">Readers</th>
        <th scope="col">Used in</th>
        <th scope="col"><span class="visually-hidden">Actions</span></th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ({ file, uses, isPublic }) =>
          html`<tr>
            <th scope="row">
              <a href="${file.url}"><bdi>${file.path}</bdi></a>
              <small>${describe(file)}</small>
            </th>
            <td>
              <span class="chip ${isPublic ? 'published' : 'draft'}">${isPublic ? 'Public' : 'Hidden'}</span>
            </td>
            <td>${uses.length === 0 ? 'no post' : useLinks(uses)}</td>
            <td class="act">
              <a
                href="/admin/media/remove?name=${encodeURIComponent(file.path)}"
                aria-label="Remove ${file.path}"
                >Remove</a
              >
            </td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function describe({ bytes, contentType, width, height }: MediaFile): string {
  const pixels = width !== null && height !== null ? `, ${width} × ${height}` : '';
  return `${text(size(bytes))}, ${contentType}${pixels}`;
}

function useLinks(uses: readonly MediaUse[]): Html {
  return html`${uses.map(
    ({ id, title }, index) =>
      html`${index > 0 && ', '}<a href="/admin/posts/${id}/edit"><bdi>${titleHtml(title)}</bdi></a>`,
  )}`;
}

/** Asks before a file is removed, and says which posts lose it. */
export function removeMediaPage({ file, uses }: MediaRow, csrfToken: string): Html {
  return html`<div class="sheet">
    <h1>Remove “<bdi>${file.path}</bdi>”?</h1>
    <p>
      The file (${describe(file)}) is deleted from the disk. It cannot be restored, except from a backup.
      ${uses.length > 0 && html`These posts show or link to it and lose it: ${useLinks(uses)}.`}
    </p>
    <form method="post" action="/admin/media/remove">
      ${hiddenField('_csrf', csrfToken)} ${hiddenField('name', file.path)}
      <p class="actions">
        <button type="submit" class="danger">Remove the file</button>
        <a href="/admin/media">Keep it</a>
      </p>
    </form>
  </div>`;
}
