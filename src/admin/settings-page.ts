import {
  errorSummary,
  hiddenField,
  field,
  passwordField,
  textArea,
  textField,
  type FieldProblems,
} from '../accounts/form-parts.ts';
import { RECOVERY_CODES, type RecoveryState } from '../accounts/recovery-codes.ts';
import type { Session } from '../accounts/session-store.ts';
import { html, type Html } from '../markup/html.ts';
import type { SiteSettings } from '../db/site-settings.ts';
import { passkeyCard } from './passkeys-page.ts';
import { MEDIA_PATH } from './media-parts.ts';
import { backupCard, type BackupCardOptions } from './backup-card.ts';
import { toLocalInput, toLocalText } from '../markup/zoned-time.ts';

export interface SettingsPageOptions extends BackupCardOptions {
  /** How many there are. */
  readonly passkeys: number;
  readonly values: SiteSettings;
  readonly problems?: FieldProblems;
  readonly notice?: string | undefined;
  /** Beside the notice: which entries of the menu lead nowhere. */
  readonly deadEntries?: Html | undefined;
  readonly sessions: readonly Session[];
  readonly currentSessionId: string;
  readonly recovery: RecoveryState;
  /** Just made; shown once. */
  readonly recoveryCodes?: readonly string[] | undefined;
  readonly csrfToken: string;
}

export function settingsPage(options: SettingsPageOptions): Html {
  const { problems = {}, notice } = options;
  return html`<header class="page-bar"><h1>Settings</h1></header>
    ${notice !== undefined && html`<p class="notice" role="status">${notice}${options.deadEntries}</p>`}
    ${errorSummary(problems)}
    <div class="settings">
      ${blogForm(options)} ${passwordForm(options)} ${passkeyCard(options.passkeys)} ${recoveryCard(options)}
      ${sessionList(options)} ${backupCard(options)}
    </div>`;
}

function blogForm({ values, problems = {}, csrfToken }: SettingsPageOptions): Html {
  const line = (name: keyof SiteSettings, label: string, hint?: string, beside?: Html): Html =>
    textField({
      beside,
      name,
      label,
      hint,
      value: values[name],
      problem: problems[name],
      required: name === 'title',
    });
  const choice = (name: 'typographer' | 'math', label: string, hint: Html): Html =>
    html`<p>
        <label
          ><input
            type="checkbox"
            name="${name}"
            value="on"
            aria-describedby="${name}-hint"
            ${values[name] === 'on' && html` checked`}
          />
          ${label}</label
        >
      </p>
      <p class="hint" id="${name}-hint">${hint}</p>`;
  return html`<section class="card" aria-labelledby="the-blog">
    <h2 id="the-blog">The blog</h2>
    <form method="post" action="/admin/settings" data-pictures="${MEDIA_PATH}">
      ${hiddenField('_csrf', csrfToken)} ${line('title', 'Title')}
      ${line('description', 'Description', 'One sentence, for feeds and searches.')}
      ${line('author', 'Author', 'Empty: the blog’s title is used.')}
      ${line('authorPicture', 'Picture of the author', 'For readers’ programs: an address like /media/me.jpg, of a picture in a public post. Not shown on pages.', pictureButton('authorPicture'))}
      ${line('language', 'Language', 'A tag like en or pt-BR.')}
      ${line('timeZone', 'Time zone', 'For all dates, on pages as in forms: UTC, or a name like Europe/Berlin. Imported posts whose source gives a day without a time keep that day when you change it. All others keep their moment, which may be on another day there; addresses stay.')}
      ${field({
        name: 'menu',
        label: 'Menu',
        hint: html`A label and an address on each line, such as <code>Now /now</code>; a page is an unlisted
          post. Empty: Archive, Tags, About, Search.`,
        problem: problems['menu'],
        control: (attributes) => textArea(html`${attributes} rows="4" spellcheck="false"`, values.menu),
      })}
      ${line('accent', 'Colour', 'Of links and marks: like #1f7a4d, made darker or lighter where a theme needs it to be readable. Empty: green.', html`<input type="color" data-colour-of="accent" aria-label="Choose the colour" value="#1f7a4d" hidden />`)}
      ${line('headPicture', 'Picture of the front page', 'The address of a picture among your media, like /media/pictures/head.jpg. Empty: none.', pictureButton('headPicture'))}
      ${line('cardPicture', 'Picture for link previews', 'Of pages that show no picture themselves. Empty: that of the front page.', pictureButton('cardPicture'))}
      ${line('footer', 'Footer', 'One line at the foot of every page. Empty: the title, and what this software is.')}
      ${choice('typographer', 'Typographic quotes and dashes', html`Posts show quotes, dashes (--) and ellipses as their language prints them. The text in the editor stays as you typed it, and code is never changed.`)}
      ${choice('math', 'Formulas in TeX', html`Posts show <code>$x^2$</code> and, by itself, <code>$$\\sqrt{x}$$</code> as formulas. Prices as $5 and $6 stay text; <code>\\$</code> is always a dollar.`)}
      <p class="actions"><button type="submit" class="primary">Save</button></p>
    </form>
  </section>`;
}

/** Shown by the script. */
function pictureButton(field: keyof SiteSettings): Html {
  return html`<button type="button" data-picture-of="${field}" hidden>Choose…</button>`;
}

function passwordForm({ problems = {}, csrfToken }: SettingsPageOptions): Html {
  return html`<section class="card" aria-labelledby="password-heading">
    <h2 id="password-heading">Password</h2>
    <form method="post" action="/admin/settings/password">
      ${hiddenField('_csrf', csrfToken)}
      <input
        class="visually-hidden"
        type="text"
        name="username"
        value="owner"
        autocomplete="username"
        readonly
        tabindex="-1"
        aria-hidden="true"
      />
      ${passwordField({ name: 'currentPassword', label: 'Current password', autocomplete: 'current-password', problem: problems['currentPassword'] })}
      ${passwordField({ name: 'password', label: 'New password', autocomplete: 'new-password', hint: 'At least 12 characters.', problem: problems['password'] })}
      ${passwordField({ name: 'repeated', label: 'Repeat the new password', autocomplete: 'new-password', problem: problems['repeated'] })}
      <p class="actions"><button type="submit" class="primary">Change the password</button></p>
      <p class="hint">Changing it ends every other session.</p>
    </form>
  </section>`;
}

/** Ways back in without the password. */
function recoveryCard(options: SettingsPageOptions): Html {
  const { problems = {}, csrfToken, recovery, recoveryCodes, timeZone } = options;
  const { left, createdAtMillis } = recovery;
  const made = createdAtMillis === undefined ? '' : toLocalInput(createdAtMillis, timeZone).slice(0, 10);
  return html`<section class="card" aria-labelledby="recovery">
    <h2 id="recovery">Recovery codes</h2>
    ${
      recoveryCodes === undefined
        ? html`<p>
            ${createdAtMillis === undefined ? 'You have none. Each code signs you in once, if the password is lost.' : `${left} of ${RECOVERY_CODES} are left, made on ${made}. Each signs you in once.`}
          </p>`
        : html`<div class="notice" role="status">
            <p>
              These are your codes. They are shown only now: print them, or keep them in a password manager.
            </p>
            <ul class="codes">
              ${recoveryCodes.map((code) => html`<li><code>${code}</code></li>`)}
            </ul>
          </div>`
    }
    <form method="post" action="/admin/settings/recovery-codes">
      ${hiddenField('_csrf', csrfToken)}
      ${passwordField({ name: 'recoveryPassword', label: 'Current password', autocomplete: 'current-password', problem: problems['recoveryPassword'] })}
      <p class="actions">
        <button type="submit">
          ${createdAtMillis === undefined ? 'Make recovery codes' : 'Make new codes'}
        </button>
      </p>
      ${createdAtMillis !== undefined && html`<p class="hint">New codes make the old ones invalid. A backup has none: after a restore, make new ones.</p>`}
    </form>
  </section>`;
}

function sessionList({ sessions, currentSessionId, csrfToken, timeZone }: SettingsPageOptions): Html {
  const time = (millis: number): string => toLocalText(millis, timeZone);
  return html`<section class="card" aria-labelledby="sessions">
    <h2 id="sessions">Sessions</h2>
    <ul class="sessions">
      ${sessions.map(
        (session) =>
          html`<li>
            <div>
              <strong>${session.userAgent === '' ? 'Unnamed client' : browserName(session.userAgent)}</strong>
              ${session.id === currentSessionId && html`<span class="chip published">this session</span>`}
              <small
                >since ${time(session.createdAtMillis)}, last seen ${time(session.lastSeenAtMillis)}
                (${timeZone})</small
              >
            </div>
            ${
              session.id !== currentSessionId &&
              html`<form method="post" action="/admin/settings/sessions/end">
                ${hiddenField('_csrf', csrfToken)} ${hiddenField('session', session.id)}
                <button
                  type="submit"
                  aria-label="End the session of ${browserName(session.userAgent)} since ${time(session.createdAtMillis)}"
                >
                  End
                </button>
              </form>`
            }
          </li>`,
      )}
    </ul>
    <form method="post" action="/admin/sign-out-everywhere">
      ${hiddenField('_csrf', csrfToken)}
      <p class="actions"><button type="submit" class="danger">Sign out everywhere</button></p>
    </form>
  </section>`;
}

/** `Firefox on Linux`: enough to tell one's devices apart; else the raw user agent. */
export function browserName(userAgent: string): string {
  // A browser also names those that it is like, and Android its Linux: the first of these that is there.
  const browser = ['Edg', 'OPR', 'Firefox', 'FxiOS', 'CriOS', 'Chrome', 'Safari'].find((name) =>
    new RegExp(`${name}[A-Za-z]*/`).test(userAgent),
  );
  const system = ['iPhone', 'iPad', 'Android', 'Windows', 'Mac OS X', 'Linux'].find((name) =>
    userAgent.includes(name),
  );
  if (userAgent === '') return 'unnamed client';
  if (browser === undefined || system === undefined) return userAgent.slice(0, 60);
  const names: Readonly<Record<string, string>> = {
    Edg: 'Edge',
    OPR: 'Opera',
    FxiOS: 'Firefox',
    CriOS: 'Chrome',
    'Mac OS X': 'macOS',
  };
  return `${names[browser] ?? browser} on ${names[system] ?? system}`;
}
