import { field, hiddenField } from '../accounts/form-parts.ts';
import { MAX_UPLOAD_BYTES } from '../http/upload-body.ts';
import type { MediaShow } from '../posts/media-listing.ts';
import { html, type Html } from '../markup/html.ts';
import { describeFile, PICTURE_TYPES, thumbnail, useLinks, type MediaRow } from './media-parts.ts';
import { adminTable } from './admin-table.ts';

const SHOWN: Readonly<Record<MediaShow, string>> = {
  all: 'All',
  'without-alt': 'No alternative text',
  unused: 'Unused',
};

export interface MediaPageOptions {
  readonly rows: readonly MediaRow[];
  readonly show: MediaShow;
  readonly counts: Readonly<Record<MediaShow, number>>;
  /** Where the next page starts. */
  readonly next: string | undefined;
  /** True for every page but the first. */
  readonly isFurther: boolean;
  readonly notice: string | undefined;
  /** Why an upload was refused. */
  readonly problem: string | undefined;
  readonly csrfToken: string;
}

/** Returns the list that an address asks for. */
export function mediaShow(text: string): MediaShow {
  return text === 'without-alt' || text === 'unused' ? text : 'all';
}

/** All files of the blog, the newest first: posts that use them, visibility, alternative text. */
export function mediaPage(options: MediaPageOptions): Html {
  const { rows, next, isFurther, notice, problem, csrfToken, show } = options;
  return html`<header class="page-bar"><h1>Media</h1></header>
    ${notice !== undefined && html`<p class="notice" role="status">${notice}</p>`}
    ${uploadForm(problem, csrfToken)}
    <div class="list-bar">
      <nav aria-label="Media by state">
        <ul class="tabs">
          ${tab('all', options)} ${tab('without-alt', options)} ${tab('unused', options)}
        </ul>
      </nav>
    </div>
    ${rows.length === 0 ? html`<p class="empty">${emptyText(options)}</p>` : table(rows)}
    <p class="turn">
      ${isFurther && html`<a href="${address(show)}">First page</a>`}
      ${next !== undefined && html`<a href="${address(show, next)}" rel="next">More files →</a>`}
    </p>
    <p class="hint">
      Readers can open files that a published or unlisted post shows or links to. Only you can open files of
      drafts, scheduled and deleted posts.
    </p>`;
}

function address(show: MediaShow, from?: string): string {
  const query = new URLSearchParams();
  if (show !== 'all') query.set('show', show);
  if (from !== undefined) query.set('from', from);
  return query.size === 0 ? '/admin/media' : `/admin/media?${query}`;
}

function tab(show: MediaShow, options: MediaPageOptions): Html {
  return html`<li>
    <a href="${address(show)}" ${show === options.show && html` aria-current="true"`}
      >${SHOWN[show]} <span class="count">${options.counts[show].toLocaleString('en')}</span></a
    >
  </li>`;
}

function emptyText({ isFurther, show }: MediaPageOptions): string {
  if (isFurther) return 'There are no more files.';
  if (show === 'without-alt') return 'Every picture has an alternative text.';
  if (show === 'unused') return 'Every file is used.';
  return 'There are no files. Upload a picture here or in the editor; importing posts adds theirs.';
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
  return adminTable(
    'Media, the newest first',
    [{ label: 'Picture', isHidden: true }, 'File', 'Visibility', 'Used in'],
    rows.map(tableRow),
    'media-table',
  );
}

function tableRow(row: MediaRow): Html {
  const { file, uses, isPublic, markdown, hasAlt } = row;
  return html`<tr>
    <td class="thumb">${thumbnail(row)}</td>
    <th scope="row">
      <a href="/admin/media/file?name=${encodeURIComponent(file.path)}"><bdi>${file.path}</bdi></a>
      <small>${describeFile(file)}</small>
      ${!hasAlt && html`<small class="lacking">No alternative text</small>`}
    </th>
    <td>
      <span class="chip ${isPublic ? 'published' : 'draft'}">${isPublic ? 'Public' : 'Hidden'}</span>
    </td>
    <td>${uses.length === 0 ? 'no post' : useLinks(uses)}</td>
    <td class="act">
      <button type="button" data-copy-text="${markdown}" hidden aria-label="Copy Markdown of ${file.path}">
        Copy Markdown
      </button>
    </td>
  </tr>`;
}
