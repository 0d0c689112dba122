import { html, type Html } from '../markup/html.ts';
import { errorSummary, field, hiddenField, passwordField, type FieldProblems } from './form-parts.ts';
import type { SetupTokenState } from './setup-links.ts';

const PASSWORD_HINT = 'At least 12 characters. A few unrelated words are easy to remember and hard to guess.';

/** Password managers want a name beside the password; there is one account, so nobody has to type it. */
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

export function setupPage(options: {
  readonly token: string;
  readonly formToken: string;
  readonly name?: string;
  readonly problems?: FieldProblems;
}): Html {
  const { token, formToken, name = '', problems = {} } = options;
  return html`<div class="sheet">
    <h1>This blog is yours</h1>
    <p class="lead">
      Choose the password that opens the writing desk and the observatory. The link you came by works once.
    </p>
    ${errorSummary(problems)}
    <form method="post" action="/admin/setup">
      ${hiddenField('_csrf', formToken)} ${hiddenField('token', token)} ${accountName()}
      ${field({
        name: 'name',
        label: 'Your name (optional)',
        hint: 'Readers see it as the author.',
        control: (attributes) =>
          html`<input type="text" ${attributes} value="${name}" maxlength="200" autocomplete="name" />`,
      })}
      ${passwordField({ name: 'password', label: 'Password', autocomplete: 'new-password', hint: problems['password'] === undefined ? PASSWORD_HINT : undefined, problem: problems['password'] })}
      ${passwordField({ name: 'repeated', label: 'The same password again', autocomplete: 'new-password', problem: problems['repeated'] })}
      <p class="actions"><button type="submit" class="primary">Set the password and sign in</button></p>
    </form>
  </div>`;
}

/** A link of `npm run owner-link`: in with the present password, or with a new one. */
export function ownerLinkPage(options: {
  readonly token: string;
  readonly formToken: string;
  readonly problems?: FieldProblems;
}): Html {
  const { token, formToken, problems = {} } = options;
  const hint = 'Leave both fields empty to keep your password. A new one ends every other session.';
  return html`<div class="sheet">
    <h1>Back in</h1>
    <p class="lead">This link was made on the machine of the blog. It lets you in once.</p>
    ${errorSummary(problems)}
    <form method="post" action="/admin/setup">
      ${hiddenField('_csrf', formToken)} ${hiddenField('token', token)} ${accountName()}
      ${passwordField({ name: 'password', label: 'New password (optional)', autocomplete: 'new-password', optional: true, hint: problems['password'] === undefined ? hint : undefined, problem: problems['password'] })}
      ${passwordField({ name: 'repeated', label: 'The same password again', autocomplete: 'new-password', optional: true, problem: problems['repeated'] })}
      <p class="actions"><button type="submit" class="primary">Sign in</button></p>
    </form>
  </div>`;
}

/** A set-up link that opens nothing, and what to do instead. */
export function deadLinkPage(
  state: Exclude<SetupTokenState, 'valid'>,
  hasOwner: boolean,
): { title: string; body: Html } {
  const title = {
    used: 'This link has been used',
    expired: 'This link has expired',
    unknown: 'This link is not known',
  }[state];
  const way = hasOwner
    ? html`<p>
        The blog has its owner. <a href="/admin/sign-in">Sign in</a> with the password that was chosen. Who
        has lost it makes a new link on the machine of the blog: <code>npm run owner-link</code>.
      </p>`
    : html`<p>
        Links work once, for 24 hours, and each start of the blog voids the ones before. Start the blog again:
        it prints a fresh link.
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
}): Html {
  const { formToken, next, problem, notice } = options;
  return html`<div class="sheet">
    <h1>Sign in</h1>
    ${notice !== undefined && html`<p class="notice" role="status">${notice}</p>`}
    ${problem !== undefined && html`<div class="summary" role="alert"><p>${problem}</p></div>`}
    <form method="post" action="/admin/sign-in">
      ${hiddenField('_csrf', formToken)} ${hiddenField('next', next)} ${accountName()}
      ${passwordField({ name: 'password', label: 'Password', autocomplete: 'current-password', autofocus: true })}
      <p class="actions"><button type="submit" class="primary">Sign in</button></p>
    </form>
  </div>`;
}
