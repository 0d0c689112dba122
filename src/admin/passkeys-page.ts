import {
  errorSummary,
  hiddenField,
  passwordField,
  textField,
  type FieldProblems,
} from '../accounts/form-parts.ts';
import type { Passkey } from '../accounts/passkeys.ts';
import { html, type Html } from '../markup/html.ts';
import { toLocalInput } from '../markup/zoned-time.ts';

export interface PasskeysPageOptions {
  readonly passkeys: readonly Passkey[];
  /** Of `navigator.credentials.create`. */
  readonly creationOptions: unknown;
  readonly problems: FieldProblems;
  /** As typed. */
  readonly name: string;
  readonly notice: string | undefined;
  readonly csrfToken: string;
  readonly timeZone: string;
}

export const PASSKEYS_PATH = '/admin/settings/passkeys';

/** On the settings page, which has no script. */
export function passkeyCard(count: number): Html {
  return html`<section class="card" aria-labelledby="passkeys">
    <h2 id="passkeys">Passkeys</h2>
    <p>
      ${count === 0 ? 'You have none. A passkey signs you in with a fingerprint, a face, a PIN or a security key.' : `You have ${count === 1 ? 'one' : count}.`}
    </p>
    <p class="actions">
      <a class="button" href="${PASSKEYS_PATH}"
        >${count === 0 ? 'Add a passkey' : 'Add or remove passkeys'}</a
      >
    </p>
  </section>`;
}

/** The owner's passkeys, and a form for another one, which needs the script. */
export function passkeysPage(options: PasskeysPageOptions): Html {
  const { passkeys, creationOptions, problems, notice, csrfToken } = options;
  return html`<header class="page-bar">
      <h1>Passkeys</h1>
      <a class="see" href="/admin/settings">Back to the settings</a>
    </header>
    ${notice !== undefined && html`<p class="notice" role="status">${notice}</p>`} ${errorSummary(problems)}
    <p>
      A passkey signs you in with the fingerprint, face or PIN of a device, or with a security key; nobody can
      guess or phish it. The password stays.
    </p>
    ${
      passkeys.length === 0
        ? html`<p class="empty">You have no passkey.</p>`
        : html`<ul class="sessions">
            ${passkeys.map((passkey) => entry(passkey, options))}
          </ul>`
    }
    <section class="card" aria-labelledby="new-passkey">
      <h2 id="new-passkey">Add a passkey</h2>
      <form
        method="post"
        action="${PASSKEYS_PATH}"
        data-passkey="create"
        data-options="${JSON.stringify(creationOptions)}"
      >
        ${hiddenField('_csrf', csrfToken)} ${hiddenField('answer', '')}
        ${textField({ name: 'name', label: 'Name', hint: 'Of the device or the key.', value: options.name, maxLength: 60, problem: problems['name'] })}
        ${passwordField({ name: 'password', label: 'Current password', autocomplete: 'current-password', problem: problems['password'] })}
        <p class="problem" data-passkey-problem role="alert" hidden></p>
        <p class="actions"><button type="submit" class="primary" disabled>Add a passkey</button></p>
        <noscript><p class="hint">Adding a passkey needs JavaScript.</p></noscript>
      </form>
    </section>`;
}

function entry(passkey: Passkey, { csrfToken, timeZone }: PasskeysPageOptions): Html {
  const { id, name, createdAtMillis, usedAtMillis } = passkey;
  const day = (millis: number): string => toLocalInput(millis, timeZone).slice(0, 10);
  return html`<li>
    <span
      ><bdi>${name}</bdi>
      <small
        >added ${day(createdAtMillis)},
        ${usedAtMillis === undefined ? 'not used yet' : `last used ${day(usedAtMillis)}`}</small
      ></span
    >
    <form method="post" action="${PASSKEYS_PATH}/remove">
      ${hiddenField('_csrf', csrfToken)} ${hiddenField('passkey', String(id))}
      <button type="submit" aria-label="Remove the passkey ${name}">Remove</button>
    </form>
  </li>`;
}
