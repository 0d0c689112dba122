import { hiddenField, textArea } from '../accounts/form-parts.ts';
import type { Post } from '../posts/post.ts';
import { html, type Html } from '../markup/html.ts';
import type { PostFormValues } from './post-form.ts';
import { valuesOfPost } from './post-form.ts';
import { AUTOSAVE_PATH } from './unsaved-routes.ts';

const LABELS: Readonly<Record<Exclude<keyof PostFormValues, 'markdown'>, string>> = {
  title: 'Title',
  path: 'Address',
  description: 'Description',
  status: 'Visibility',
  publishedAt: 'Published at',
  tags: 'Tags',
  authors: 'Authors',
  aliases: 'Former addresses',
  language: 'Language',
};

/** Shows both texts after a conflicting save; nothing is saved until the owner chooses. */
export function conflictPage(options: {
  readonly current: Post;
  readonly mine: PostFormValues;
  /** Of the editor in which it was typed. */
  readonly draft: string | undefined;
  readonly csrfToken: string;
  readonly timeZone: string;
}): Html {
  const { current, mine, draft, csrfToken, timeZone } = options;
  const theirs = valuesOfPost(current, timeZone);
  const fields = Object.keys(LABELS) as (keyof typeof LABELS)[];
  const different = fields.filter((name) => mine[name].trim() !== theirs[name].trim());
  return html`<div class="conflict">
    <h1>This post was saved elsewhere while you edited it</h1>
    <p class="lead">
      Both versions are below. Copy what you want to keep into yours, then choose.
      ${typeof current.deletedAtMillis === 'number' && html`<strong>The other save deleted the post.</strong> Saving yours changes its text and leaves it deleted.`}
    </p>
    <form method="post" action="/admin/posts/${current.id}">
      ${hiddenField('_csrf', csrfToken)} ${hiddenField('version', String(current.version))}
      ${draft !== undefined && hiddenField('draft', draft)}
      ${fields.map((name) => hiddenField(name, mine[name]))}
      <div class="both">
        <div class="field">
          <label for="markdown">Yours, not saved</label>
          ${textArea(html`id="markdown" name="markdown" class="prose" rows="20"`, mine.markdown)}
        </div>
        <div class="field">
          <label for="theirs">Saved elsewhere, version ${current.version}</label>
          ${textArea(html`id="theirs" class="prose" rows="20" readonly`, current.markdown)}
        </div>
      </div>
      ${differences(different, mine, theirs)}
      <div class="save-bar">
        <button type="submit" class="primary">Overwrite with mine</button>
        <button type="submit" formaction="/admin/posts/copy">Save mine as a new draft</button>
        <span class="room"></span>
        <button
          type="submit"
          class="danger"
          name="post"
          value="${current.id}"
          formaction="${AUTOSAVE_PATH}/discard"
        >
          Discard mine
        </button>
      </div>
    </form>
  </div>`;
}

const MAX_SHOWN_LINES = 30;

/** What is left of both texts without the lines that they begin and end with; undefined if they are the same. */
export function differentLines(
  mine: string,
  theirs: string,
): { readonly from: number; readonly mine: string; readonly theirs: string } | undefined {
  const [a, b] = [mine, theirs].map((text) => text.replaceAll('\r\n', '\n').trimEnd().split('\n')) as [
    string[],
    string[],
  ];
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start++;
  if (start === a.length && start === b.length) return undefined;
  let end = 0;
  while (end < shorter - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const cut = (lines: readonly string[]): string => {
    const left = lines.slice(start, lines.length - end);
    return left.length > MAX_SHOWN_LINES
      ? [...left.slice(0, MAX_SHOWN_LINES), `… ${left.length - MAX_SHOWN_LINES} more lines`].join('\n')
      : left.join('\n');
  };
  return { from: start + 1, mine: cut(a), theirs: cut(b) };
}

function differences(
  names: readonly (keyof typeof LABELS)[],
  mine: PostFormValues,
  theirs: PostFormValues,
): Html | undefined {
  const lines = differentLines(mine.markdown, theirs.markdown);
  if (names.length === 0 && lines === undefined) return undefined;
  return html`<table class="differences">
    <caption>
      Differences
    </caption>
    <thead>
      <tr>
        <th scope="col"></th>
        <th scope="col">Yours</th>
        <th scope="col">Saved elsewhere</th>
      </tr>
    </thead>
    <tbody>
      ${
        lines &&
        html`<tr>
          <th scope="row">Text, from line ${lines.from}</th>
          <td>${lines.mine || '—'}</td>
          <td>${lines.theirs || '—'}</td>
        </tr>`
      }
      ${names.map(
        (name) =>
          html`<tr>
            <th scope="row">${LABELS[name]}</th>
            <td>${mine[name] || '—'}</td>
            <td>${theirs[name] || '—'}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
