import { errorSummary, hiddenField, textField, type FieldProblems } from '../accounts/form-parts.ts';
import { html, type Html } from '../markup/html.ts';
import { postUrl } from '../posts/post-path.ts';
import type { Redirect } from '../posts/redirects.ts';
import { REDIRECTS_PATH } from '../process/own-addresses.ts';
import { adminTable } from './admin-table.ts';

/** As typed. */
export interface RedirectValues {
  readonly from: string;
  readonly to: string;
}

export interface RedirectsPageOptions {
  readonly redirects: readonly Redirect[];
  /** Targets that lead nowhere for readers. */
  readonly dead: ReadonlySet<string>;
  /** Targets that are scheduled, with their times. */
  readonly early: ReadonlyMap<string, string>;
  readonly values: RedirectValues;
  readonly problems: FieldProblems;
  readonly notice: string | undefined;
  readonly csrfToken: string;
}

/** The form for a new redirect above the list of all. */
export function redirectsPage(options: RedirectsPageOptions): Html {
  const { redirects, values, problems, notice, csrfToken } = options;
  const line = (name: keyof RedirectValues, label: string, hint: string): Html =>
    textField({
      name,
      label,
      hint,
      value: values[name],
      problem: problems[name],
      maxLength: 2000,
      required: true,
      isExact: true,
    });
  return html`<header class="page-bar"><h1>Redirects</h1></header>
    ${notice !== undefined && html`<p class="notice" role="status">${notice}</p>`} ${errorSummary(problems)}
    <p>
      Addresses without a post that lead elsewhere, with 301. A post that moves leaves its own redirect: see
      <em>Former addresses</em> in the editor.
    </p>
    <section class="card" aria-labelledby="new-redirect">
      <h2 id="new-redirect">Redirect an address</h2>
      <form method="post" action="${REDIRECTS_PATH}">
        ${hiddenField('_csrf', csrfToken)} ${line('from', 'From', 'A path of this blog, as /old/page.')}
        ${line('to', 'To', 'A path of this blog, as /about, or an address like https://example.org/page.')}
        <p class="actions"><button type="submit" class="primary">Redirect</button></p>
      </form>
    </section>
    ${redirects.length === 0 ? html`<p class="empty">There are no redirects.</p>` : table(options)}`;
}

function lacking(target: string, dead: ReadonlySet<string>, early: string | undefined): Html | undefined {
  const words = dead.has(target)
    ? 'leads nowhere'
    : early && `is scheduled for ${early}: until then readers get 404`;
  return words === undefined ? undefined : html` <small class="lacking">${words}</small>`;
}

function table({ redirects, dead, early, csrfToken }: RedirectsPageOptions): Html {
  return adminTable(
    'Redirects, by address',
    ['From', 'To'],
    redirects.map(
      ({ id, path, target }) =>
        html`<tr>
          <th scope="row">
            <a href="${postUrl(path)}"><bdi>/${path}</bdi></a>
          </th>
          <td><bdi>${target}</bdi>${lacking(target, dead, early.get(target))}</td>
          <td class="act">
            <form method="post" action="${REDIRECTS_PATH}/remove">
              ${hiddenField('_csrf', csrfToken)} ${hiddenField('id', String(id))}
              <button type="submit" aria-label="Remove the redirect of /${path}">Remove</button>
            </form>
          </td>
        </tr>`,
    ),
  );
}
