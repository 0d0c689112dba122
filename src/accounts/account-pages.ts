import { html, type Html } from '../markup/html.ts';
import { errorSummary, field, hiddenField, passwordField, type FieldProblems } from './form-parts.ts';
import type { SetupTokenState } from './setup-links.ts';

export const RECOVERY_PATH = '/admin/recovery';

const PASSWORD_HINT = 'At least 12 characters. A few unrelated words are easy to remember and hard to guess.';

/** Password managers need a user name beside the password; there is one account, so the field is hidden. */
function accountName(): Html {
  return html`<input
    class="visually-hidden"
    type="text"
    name="username"
    value="owner"
    autocomplete="username"
    readonly
    tabindex="-1"
    aria-hidden="true"
  />`;
}

/** For those who sign in without their password. */
function optionalPassword(problems: FieldProblems): Html {
  const hint = 'Leave both fields empty to keep your password. A new one ends every other session.';
  return html`${passwordField({ name: 'password', label: 'New password (optional)', autocomplete: 'new-password', optional: true, hint: problems['password'] === undefined ? hint : undefined, problem: problems['password'] })}
  ${passwordField({ name: 'repeated', label: 'Repeat the password', autocomplete: 'new-password', optional: true, problem: problems['repeated'] })}`;
}

export function setupPage(options: {
  readonly token: string;
  readonly formToken: string;
  readonly name?: string;
  readonly problems?: FieldProblems;
}): Html {
  const { token, formToken, name = '', problems = {} } = options;
  return html`<div class="sheet">
    <h1>Set up your blog</h1>
    <p class="lead">
      Choose the password for the admin pages and the observatory. This set-up link works once.
    </p>
    ${errorSummary(problems)}
    <form method="post" action="/admin/setup">
      ${hiddenField('_csrf', formToken)} ${hiddenField('token', token)} ${accountName()}
      ${field({
        name: 'name',
        label: 'Your name (optional)',
        hint: 'Shown to readers as the author.',
        control: (attributes) =>
          html`<input type="text" ${attributes} value="${name}" maxlength="200" autocomplete="name" />`,
      })}
      ${passwordField({ name: 'password', label: 'Password', autocomplete: 'new-password', hint: problems['password'] === undefined ? PASSWORD_HINT : undefined, problem: problems['password'] })}
      ${passwordField({ name: 'repeated', label: 'Repeat the password', autocomplete: 'new-password', problem: problems['repeated'] })}
      <p class="actions"><button type="submit" class="primary">Set the password and sign in</button></p>
    </form>
  </div>`;
}

/** The page behind a link of `npm run owner-link`: sign in, optionally with a new password. */
export function ownerLinkPage(options: {
  readonly token: string;
  readonly formToken: string;
  readonly problems?: FieldProblems;
}): Html {
  const { token, formToken, problems = {} } = options;
  return html`<div class="sheet">
    <h1>Sign in by link</h1>
    <p class="lead">This link was created on the blog’s machine. It works once.</p>
    ${errorSummary(problems)}
    <form method="post" action="/admin/setup">
      ${hiddenField('_csrf', formToken)} ${hiddenField('token', token)} ${accountName()}
      ${optionalPassword(problems)}
      <p class="actions"><button type="submit" class="primary">Sign in</button></p>
    </form>
  </div>`;
}

/** The page of an invalid link, with what to do instead. */
export function deadLinkPage(
  state: Exclude<SetupTokenState, 'valid'>,
  hasOwner: boolean,
): { title: string; body: Html } {
  const title = {
    used: 'This link has been used',
    expired: 'This link has expired',
    unknown: 'This link is not valid',
  }[state];
  const way = hasOwner
    ? html`<p>
        This blog already has an owner. <a href="/admin/sign-in">Sign in</a> with the password. If it is lost,
        run <code>npm run owner-link</code> on the blog’s machine to get a new link.
      </p>`
    : html`<p>
        A link works once, for 24 hours, and each start of the blog voids earlier links. Restart the blog to
        print a new one.
      </p>`;
  return {
    title,
    body: html`<div class="sheet">
      <h1>${title}</h1>
      ${way}
    </div>`,
  };
}

export function signInPage(options: {
  readonly formToken: string;
  readonly next: string;
  readonly problem?: string;
  readonly notice?: string;
  /** Of `navigator.credentials.get`; undefined if there is no passkey. */
  readonly passkeyOptions?: unknown;
}): Html {
  const { formToken, next, problem, notice, passkeyOptions } = options;
  return html`<div class="sheet">
    <h1>Sign in</h1>
    ${notice !== undefined && html`<p class="notice" role="status">${notice}</p>`}
    ${problem !== undefined && html`<div class="summary" role="alert"><p>${problem}</p></div>`}
    <form method="post" action="/admin/sign-in">
      ${hiddenField('_csrf', formToken)} ${hiddenField('next', next)} ${accountName()}
      ${passwordField({ name: 'password', label: 'Password', autocomplete: 'current-password', autofocus: true })}
      <p class="actions">
        <button type="submit" class="primary">Sign in</button>
        <a href="${RECOVERY_PATH}">Use a recovery code</a>
      </p>
    </form>
    ${
      passkeyOptions !== undefined &&
      html`<form
        method="post"
        action="/admin/sign-in/passkey"
        data-passkey="get"
        data-options="${JSON.stringify(passkeyOptions)}"
        hidden
      >
        ${hiddenField('_csrf', formToken)} ${hiddenField('next', next)} ${hiddenField('answer', '')}
        <p class="problem" data-passkey-problem role="alert" hidden></p>
        <p class="actions"><button type="submit">Sign in with a passkey</button></p>
      </form>`
    }
  </div>`;
}

/** Signs in with a recovery code, optionally with a new password. */
export function recoveryPage(options: {
  readonly formToken: string;
  readonly problems?: FieldProblems;
}): Html {
  const { formToken, problems = {} } = options;
  return html`<div class="sheet">
    <h1>Sign in with a recovery code</h1>
    <p class="lead">
      Each of the codes that you made under <em>Settings</em> works once. If you have none, run
      <code>npm run owner-link</code> on the blog’s machine.
    </p>
    ${errorSummary(problems)}
    <form method="post" action="${RECOVERY_PATH}">
      ${hiddenField('_csrf', formToken)} ${accountName()}
      ${field({
        name: 'code',
        label: 'Recovery code',
        problem: problems['code'],
        control: (attributes) =>
          html`<input
            type="text"
            ${attributes}
            maxlength="100"
            required
            autocomplete="one-time-code"
            autocapitalize="characters"
            spellcheck="false"
            autofocus
          />`,
      })}
      ${optionalPassword(problems)}
      <p class="actions"><button type="submit" class="primary">Sign in</button></p>
    </form>
  </div>`;
}
