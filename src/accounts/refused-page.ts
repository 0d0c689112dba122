import { html, type Html } from '../views/html.ts';
import type { FormFields } from './form-body.ts';
import { hiddenField, textArea } from './form-parts.ts';

export type RefusalReason = 'cross-site' | 'unknown' | 'signed-out' | 'stale';

const TITLES: Readonly<Record<RefusalReason, string>> = {
  'cross-site': 'Refused: sent from another site',
  unknown: 'Sign in first',
  'signed-out': 'You are signed out; nothing is lost',
  stale: 'This form is from another session; nothing is lost',
};

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
  return html`<form method="post" action="${path}">
    ${csrfToken !== undefined && hiddenField('_csrf', csrfToken)}
    ${kept.map(([name, value]) =>
      name === 'markdown'
        ? html`<div class="field">
            <label for="kept">Your text</label>
            ${textArea(html`id="kept" name="markdown" class="prose" rows="16" spellcheck="false"`, value)}
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
