import { html, type Html } from '../markup/html.ts';
import { storageStatus, type StorageFailure } from '../db/storage-failure.ts';
import { MAX_FORM_BYTES, type FormFields } from '../http/form-body.ts';
import { MAX_UPLOAD_BYTES } from '../http/upload-body.ts';
import { hiddenField, textArea } from './form-parts.ts';

export type RefusalReason =
  'cross-site' | 'unknown' | 'signed-out' | 'stale' | 'too-large' | 'large-file' | StorageFailure;

const TITLES: Readonly<Record<RefusalReason, string>> = {
  'cross-site': 'Refused: the form came from another site',
  unknown: 'Sign in first',
  'signed-out': 'You are signed out; nothing is lost',
  stale: 'This form is from another session; nothing is lost',
  'too-large': 'Too large to save; nothing is lost',
  'large-file': `The file is larger than ${MAX_UPLOAD_BYTES / 1_000_000} MB`,
  locked: 'Not saved: the database is locked',
  full: 'Not saved: the disk is full',
  'read-only': 'Not saved: the data folder is read-only',
  broken: 'Not saved: disk error',
  gone: 'Not saved: the database file is gone',
};

/** Storage failures, each with what to do. */
const STORAGE_ADVICE: Readonly<Record<StorageFailure, string>> = {
  locked:
    'Another program, perhaps an import, has locked the database for more than two seconds. Wait until it ends, then send this again.',
  full: 'The disk with the blog’s data is full. Free some space, then send this again. Keep this page open until then.',
  'read-only':
    'The blog cannot write to its data folder, DATA_DIR. Make it writable for the user that runs the blog, then send this again.',
  broken:
    'The disk with the blog’s data reported an error; the log has the details. Keep this page open, or copy your text, until it is fixed.',
  gone: 'The data folder or its database was removed or replaced while the blog runs, so new writes would be lost. Copy your text, put the files back or restore a backup, then restart the blog.',
};

/** Undefined if the reason is not a storage failure. */
function storageAdvice(reason: RefusalReason): string | undefined {
  return (STORAGE_ADVICE as Readonly<Record<string, string>>)[reason];
}

/** The HTTP status of a refusal. */
export function refusalStatus(reason: RefusalReason): number {
  if (reason === 'too-large' || reason === 'large-file') return 413;
  return reason in STORAGE_ADVICE ? storageStatus(reason as StorageFailure) : 403;
}

/** Never shown again. */
const isSecret = (name: string): boolean =>
  name === '_csrf' || name === 'token' || /password|repeated/i.test(name);

/** Explains why a form was refused, and shows its fields with a button to send it again. */
export function refusedPage(options: {
  readonly reason: RefusalReason;
  readonly fields: FormFields;
  readonly path: string;
  readonly csrfToken: string | undefined;
}): { readonly title: string; readonly body: Html } {
  const { reason, fields, path, csrfToken } = options;
  const kept = Object.entries(fields).filter(([name]) => !isSecret(name));
  const holdsSecret = Object.keys(fields).some((name) => name !== '_csrf' && isSecret(name));
  const title = TITLES[reason];
  return {
    title,
    body: html`<div class="sheet${'markdown' in fields && ' wide'}">
      <h1>${title}</h1>
      ${advice(reason, holdsSecret, path)}
      ${kept.length > 0 && !holdsSecret && again(kept, path, csrfToken, reason)}
    </div>`,
  };
}

/** The editor that sends its text to this path, with the number of a post or without. */
const EDITOR_FORM = /^\/admin\/posts(?:\/(?:preview|copy)|(\/\d+)(?:\/preview)?)?$/;

/** The form was not read. Where it may be from the editor: what the editor keeps, and where it offers it. */
function unknownAdvice(path: string): Html {
  const [isEditor, post = '/new'] = EDITOR_FORM.exec(path) ?? [];
  const next = isEditor === undefined ? undefined : `/admin/posts${post}${post === '/new' ? '' : '/edit'}`;
  return html`<p>
      You are not signed in, and this browser has never been or has lost its cookies, so the form was not
      read.${next === undefined && html` <a href="/admin/sign-in">Sign in</a>. If you came from an admin page, go back to it first: your text is still there.`}
    </p>
    ${
      next !== undefined &&
      html`<p>
        If you were writing, your text is not lost: the editor has kept it in this browser, or on the blog
        while you were signed in.
        <a href="/admin/sign-in?next=${encodeURIComponent(next)}">Sign in, and the editor offers it</a>.
        Without scripts, go back instead: your text is still in the form.
      </p>`
    }`;
}

function advice(reason: RefusalReason, holdsSecret: boolean, path: string): Html {
  if (reason === 'cross-site')
    return html`<p>
        This blog accepts changes only from its own pages, and this form came from another site. Nothing was
        changed.
      </p>
      <p>
        If you sent it yourself, use the <a href="/admin">admin pages</a>. Behind a proxy, PUBLIC_URL must be
        the address you see in your browser.
      </p>`;
  if (reason === 'unknown') return unknownAdvice(path);
  const storage = storageAdvice(reason);
  if (storage !== undefined) return html`<p>${storage}</p>`;
  if (reason === 'large-file') return html`<p>Nothing was stored. Go back and choose a smaller one.</p>`;
  if (reason === 'too-large')
    return html`<p>
      The form is larger than ${MAX_FORM_BYTES / 1_000_000} MB, so it was not saved. Shorten your text below,
      or move a part to another post, then send it again.
    </p>`;
  if (holdsSecret)
    return html`<p>
      The form was open for too long, or cookies are blocked for this site. Nothing was changed.
      <a href="/admin">Open the form again</a>.
    </p>`;
  if (reason === 'signed-out')
    return html`<p>
      Your session ended before you saved, so this was not saved.
      <a href="/admin/sign-in" target="_blank" rel="noopener">Sign in in a new tab</a>, come back here, then
      send it again.
    </p>`;
  return html`<p>
    You have signed in again since you opened this form, so it was not saved. If it is yours, send it again.
  </p>`;
}

function again(
  kept: readonly (readonly [string, string])[],
  path: string,
  csrfToken: string | undefined,
  reason: RefusalReason,
): Html {
  // Visible fields, so that the text can be copied.
  const hasText = kept.some(([name]) => name === 'markdown');
  return html`<form method="post" action="${path}">
    ${csrfToken !== undefined && hiddenField('_csrf', csrfToken)}
    ${kept.map(([name, value]) =>
      name === 'markdown'
        ? html`<div class="field">
            <label for="kept">Your text</label>
            ${textArea(html`id="kept" name="markdown" class="prose" rows="16" spellcheck="false"`, value)}
          </div>`
        : name === 'title' && hasText
          ? html`<div class="field">
              <label for="kept-title">Title</label>
              <input id="kept-title" type="text" name="title" value="${value}" />
            </div>`
          : hiddenField(name, value),
    )}
    <p class="actions">
      <button type="submit" class="primary">
        ${reason === 'signed-out' ? 'I have signed in, send again' : 'Send again'}
      </button>
      <a href="/admin">Back to admin</a>
    </p>
  </form>`;
}
