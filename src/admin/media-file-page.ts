import { field, hiddenField, textArea } from '../accounts/form-parts.ts';
import { html, type Html } from '../markup/html.ts';
import { titleHtml } from '../markup/title.ts';
import { describeFile, isPicture, useLinks, type MediaRow } from './media-parts.ts';

/** Longer ones are cut by screen readers, or belong into the text. */
export const MAX_ALT_CHARACTERS = 1000;

export interface MediaFileOptions {
  readonly row: MediaRow;
  /** Of the picture, or one that a post gave it. */
  readonly alt: string;
  /** False if a post that uses it or a text in an editor would lose it. */
  readonly isRemovable: boolean;
  readonly notice: string | undefined;
  readonly csrfToken: string;
}

/** A file: the picture, its alternative text, what shows it in a text, where it is used. */
export function mediaFilePage(options: MediaFileOptions): Html {
  const { row, alt, isRemovable, notice, csrfToken } = options;
  const { file, markdown } = row;
  const remove = `/admin/media/remove?name=${encodeURIComponent(file.path)}`;
  return html`<header class="page-bar">
      <h1><bdi>${file.path}</bdi></h1>
      <a class="see" href="/admin/media">All media</a>
    </header>
    ${notice !== undefined && html`<p class="notice" role="status">${notice}</p>`}
    <div class="media-file">
      ${isPicture(file) && bigPicture(row)}
      <div>
        <p class="hint">
          ${describeFile(file)} · ${row.isPublic ? 'readers can open it' : 'only you can open it'}
        </p>
        ${isPicture(file) && altForm(file.path, alt, csrfToken)}
        ${field({
          name: 'markdown-of-file',
          label: 'Markdown',
          hint: html`<button type="button" data-copy-text="${markdown}" hidden>Copy Markdown</button>`,
          control: (attributes) =>
            textArea(html`${attributes} rows="2" readonly spellcheck="false"`, markdown),
        })}
        <h2>Used in</h2>
        ${usesOf(row, isRemovable)}
        <p class="actions">
          <a href="${file.url}">Open the file</a>
          ${
            isRemovable
              ? html`<a class="danger" href="${remove}">Remove…</a>`
              : html`<span class="hint"
                  >This file is in use and cannot be removed: take it out of the posts and the settings
                  first.</span
                >`
          }
        </p>
      </div>
    </div>`;
}

function bigPicture({ file, variants }: MediaRow): Html {
  const shown = variants.find(({ width }) => width >= 960) ?? variants.at(-1);
  return html`<a class="big" href="${file.url}"
    ><img
      src="${shown?.url ?? file.url}"
      alt="${file.alt ?? `The picture ${file.path}`}"
      ${file.width !== null && file.height !== null && html` width="${file.width}" height="${file.height}"`}
      decoding="async"
  /></a>`;
}

function altForm(path: string, alt: string, csrfToken: string): Html {
  return html`<form method="post" action="/admin/media/alt">
    ${hiddenField('_csrf', csrfToken)} ${hiddenField('name', path)}
    ${field({
      name: 'alt',
      label: 'Alternative text',
      hint: 'For those who do not see the picture. Posts show it wherever their text gives the picture none, as ![](…); one that they give wins, and alt="" in HTML says that there is nothing to describe. It is written into texts that the picture is inserted into.',
      control: (attributes) => textArea(html`${attributes} rows="2" maxlength="${MAX_ALT_CHARACTERS}"`, alt),
    })}
    <p class="actions"><button type="submit" class="primary">Save</button></p>
  </form>`;
}

function usesOf({ uses }: MediaRow, isRemovable: boolean): Html {
  if (uses.length === 0)
    return html`<p>
      ${isRemovable ? 'No post.' : 'The settings, or a text in an editor that is not saved.'}
    </p>`;
  return html`<ul class="uses">
    ${uses.map(
      (use) =>
        html`<li>
          ${useLinks([use])}${use.alt !== null && html`: ${use.alt === '' ? html`<span class="lacking">no alternative text</span>` : html`“<bdi>${use.alt}</bdi>”`}`}
        </li>`,
    )}
  </ul>`;
}

/** Asks for confirmation before a file is removed; one in use cannot be. */
export function removeMediaPage({ file, uses }: MediaRow, isRemovable: boolean, csrfToken: string): Html {
  if (!isRemovable)
    return html`<div class="sheet">
      <h1>“<bdi>${file.path}</bdi>” is in use</h1>
      <p>
        ${uses.length > 0 ? html`These posts use it: ${useLinks(uses)}.` : 'The settings name it, or a text in an editor that is not saved.'}
        Nothing was removed. Take it out of them first.
      </p>
      <p class="actions"><a href="/admin/media">All media</a></p>
    </div>`;
  return html`<div class="sheet">
    <h1>Remove “<bdi>${file.path}</bdi>”?</h1>
    <p>
      The file (${describeFile(file)}) will be deleted from disk. Only a backup can restore it.
      ${uses.length > 0 && html`Deleted posts that use it lose it: ${uses.map(({ title }, index) => html`${index > 0 && ', '}<bdi>${titleHtml(title)}</bdi>`)}.`}
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
