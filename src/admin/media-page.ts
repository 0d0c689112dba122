import { field, hiddenField } from '../accounts/form-parts.ts';
import { MAX_UPLOAD_BYTES } from '../http/upload-body.ts';
import type { MediaFile } from '../media/media-store.ts';
import { size, text } from '../markup/quantity.ts';
import type { MediaUse } from '../posts/media-uses.ts';
import { html, type Html } from '../markup/html.ts';
import { titleHtml } from '../markup/title.ts';

/** A file, the posts that use it, and whether readers may open it. */
export interface MediaRow {
  readonly file: MediaFile;
  readonly uses: readonly MediaUse[];
  readonly isPublic: boolean;
}

export interface MediaPageOptions {
  readonly rows: readonly MediaRow[];
  /** The next page starts after this name. */
  readonly next: string | undefined;
  /** True for every page but the first. */
  readonly isFurther: boolean;
  readonly notice: string | undefined;
  /** Why an upload was refused. */
  readonly problem: string | undefined;
  readonly csrfToken: string;
}

export const MEDIA_PATH = '/admin/media';
/** What a browser offers to choose. */
export const PICTURE_TYPES = 'image/jpeg,image/png,image/webp,image/avif,image/gif';

/** All files of the blog by name: type, posts that use it, visibility. */
export function mediaPage({ rows, next, isFurther, notice, problem, csrfToken }: MediaPageOptions): Html {
  return html`<header class="page-bar"><h1>Media</h1></header>
    ${notice !== undefined && html`<p class="notice" role="status">${notice}</p>`}
    ${uploadForm(problem, csrfToken)}
    <p>
      Readers can open files that a published or unlisted post shows or links to. Only you can open files of
      drafts, scheduled and deleted posts.
    </p>
    ${
      rows.length === 0
        ? html`<p class="empty">
            ${isFurther ? 'There are no more files.' : 'There are no files. Upload a picture here or in the editor; importing posts adds theirs.'}
          </p>`
        : table(rows)
    }
    <p class="turn">
      ${isFurther && html`<a href="/admin/media">First page</a>`}
      ${next !== undefined && html`<a href="/admin/media?after=${encodeURIComponent(next)}" rel="next">More files →</a>`}
    </p>`;
}

function uploadForm(problem: string | undefined, csrfToken: string): Html {
  return html`<form class="upload" method="post" action="/admin/media" enctype="multipart/form-data">
    ${hiddenField('_csrf', csrfToken)}
    ${field({
      name: 'picture',
      label: 'Upload a picture',
      hint: `JPEG, PNG, WebP, AVIF or GIF, up to ${MAX_UPLOAD_BYTES / 1_000_000} MB. Place, camera and other hidden facts are removed.`,
      problem,
      control: (attributes) => html`<input type="file" ${attributes} accept="${PICTURE_TYPES}" required />`,
    })}
    <button type="submit" class="primary">Upload</button>
  </form>`;
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

/** Asks for confirmation before a file is removed, and names the posts that use it. */
export function removeMediaPage({ file, uses }: MediaRow, csrfToken: string): Html {
  return html`<div class="sheet">
    <h1>Remove “<bdi>${file.path}</bdi>”?</h1>
    <p>
      The file (${describe(file)}) will be deleted from disk. Only a backup can restore it.
      ${uses.length > 0 && html`These posts use it: ${useLinks(uses)}.`}
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
