import { html, type Html } from '../markup/html.ts';
import { storageStatus, type StorageFailure } from '../db/storage-failure.ts';
import { MAX_FORM_BYTES, type FormFields } from '../http/form-body.ts';
import { hiddenField, textArea } from './form-parts.ts';

export type RefusalReason = 'cross-site' | 'unknown' | 'signed-out' | 'stale' | 'too-large' | StorageFailure;

const TITLES: Readonly<Record<RefusalReason, string>> = {
  'cross-site': 'Refused: sent from another site',
  unknown: 'Sign in first',
  'signed-out': 'You are signed out; nothing is lost',
  stale: 'This form is from another session; nothing is lost',
  'too-large': 'Too large to be saved; nothing is lost',
  locked: 'Not saved: the database is locked',
  full: 'Not saved: the disk is full',
  'read-only': 'Not saved: the data are read-only',
  broken: 'Not saved: the disk did not take it',
  gone: 'Not saved: the database is not where it was',
};

/** What is wrong with where the data are kept, and what to do. */
const STORAGE_ADVICE: Readonly<Record<StorageFailure, string>> = {
  locked:
    'Another program, an import perhaps, has held the database for longer than two seconds. Wait until it is done, and send this again.',
  full: 'There is no room left on the disk that holds the blog. Make room there, and send this again; until then, keep this page open.',
  'read-only':
    'The folder that holds the blog, DATA_DIR, cannot be written. Make it writable for the user that runs the blog, and send this again.',
  broken:
    'The disk that holds the blog reported an error, which the log names. Keep this page open, or copy your text, until it is mended.',
  gone: 'The folder that holds the blog, or its database, was removed or replaced while the blog runs, so what is written now would be lost. Copy your text, put the files back where they were or restore a backup, and start the blog again.',
};

/** Undefined for a reason that is not the storage’s. */
function storageAdvice(reason: RefusalReason): string | undefined {
  return (STORAGE_ADVICE as Readonly<Record<string, string>>)[reason];
}

/** The HTTP status of a refusal. */
export function refusalStatus(reason: RefusalReason): number {
  if (reason === 'too-large') return 413;
  return reason in STORAGE_ADVICE ? storageStatus(reason as StorageFailure) : 403;
}

/** Never shown back. */
const isSecret = (name: string): boolean =>
  name === '_csrf' || name === 'token' || /password|repeated/i.test(name);

/** Why a form was not taken, what was in it, and the way to send it again. */
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
      ${advice(reason, holdsSecret)}
      ${kept.length > 0 && !holdsSecret && again(kept, path, csrfToken, reason)}
    </div>`,
  };
}

function advice(reason: RefusalReason, holdsSecret: boolean): Html {
  if (reason === 'cross-site')
    return html`<p>
        Changes are taken only from pages of this blog, and this one came from elsewhere. Nothing was changed.
      </p>
      <p>
        If you sent it yourself, open the <a href="/admin">desk</a> and do it there. Behind a proxy,
        PUBLIC_URL has to be the address you see in your browser.
      </p>`;
  if (reason === 'unknown')
    return html`<p>
      There is no session, and nobody has signed in with this browser before, so the form was not read.
      <a href="/admin/sign-in">Sign in</a>; if you came from a page of the desk, go back to it first: your
      text is still there.
    </p>`;
  const storage = storageAdvice(reason);
  if (storage !== undefined) return html`<p>${storage}</p>`;
  if (reason === 'too-large')
    return html`<p>
      The form is larger than ${MAX_FORM_BYTES / 1_000_000} MB, so it was not saved. Your text is below: make
      it shorter, or keep a part of it for another post, and send it again.
    </p>`;
  if (holdsSecret)
    return html`<p>
      The form was open for too long, or cookies are blocked for this site. Nothing was changed;
      <a href="/admin">open it afresh</a>.
    </p>`;
  if (reason === 'signed-out')
    return html`<p>
      The session ended while you wrote, so this was not saved.
      <a href="/admin/sign-in" target="_blank" rel="noopener">Sign in in a new tab</a>, come back here, and
      send it again.
    </p>`;
  return html`<p>
    You have signed in again since this form was opened, so it was not taken. If it is yours, send it again.
  </p>`;
}

function again(
  kept: readonly (readonly [string, string])[],
  path: string,
  csrfToken: string | undefined,
  reason: RefusalReason,
): Html {
  // What is seen can be copied, too.
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
        ${reason === 'signed-out' ? 'I have signed in: send it again' : 'Send it again'}
      </button>
      <a href="/admin">Back to the desk</a>
    </p>
  </form>`;
}
