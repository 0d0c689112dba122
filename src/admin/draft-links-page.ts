import { hiddenField } from '../accounts/form-parts.ts';
import { html, type Html } from '../markup/html.ts';
import { titleHtml } from '../markup/title.ts';
import { toLocalText } from '../markup/zoned-time.ts';
import type { DraftLink } from '../posts/draft-links.ts';
import type { Post } from '../posts/post.ts';
import { adminTable } from './admin-table.ts';

export interface DraftLinksPageOptions {
  readonly post: Pick<Post, 'id' | 'title'>;
  readonly links: readonly DraftLink[];
  /** The address of a link that was just made; shown once. */
  readonly made: string | undefined;
  readonly timeZone: string;
  readonly csrfToken: string;
}

/** The links that open a draft, and a form for another one. */
export function draftLinksPage(options: DraftLinksPageOptions): Html {
  const { post, links, made, csrfToken } = options;
  const path = `/admin/posts/${post.id}`;
  return html`<header class="page-bar">
      <h1>Secret links</h1>
      <a class="see" href="${path}/edit">Back to the editor</a>
    </header>
    <p>
      A secret link shows the saved draft of “<bdi>${titleHtml(post.title)}</bdi>” and its pictures to
      everybody who has it, for a week or until you revoke it. Once the post is published, it leads to the
      post.
    </p>
    ${
      made !== undefined &&
      html`<div class="notice" role="status">
        <p><label for="made-link">The new link. It is not shown again:</label></p>
        <p class="made-link">
          <input type="text" id="made-link" readonly value="${made}" />
          <button type="button" data-copy-text="${made}" hidden>Copy</button>
        </p>
      </div>`
    }
    <form method="post" action="${path}/links">
      ${hiddenField('_csrf', csrfToken)}
      <p class="actions"><button type="submit" class="primary">Make a secret link</button></p>
    </form>
    ${links.length === 0 ? html`<p class="empty">No link opens this draft.</p>` : linkTable(options)}`;
}

function linkTable({ post, links, timeZone, csrfToken }: DraftLinksPageOptions): Html {
  const timeText = (millis: number): string => toLocalText(millis, timeZone);
  return adminTable(
    'Links that open this draft, newest first',
    [`Link (times in ${timeZone})`],
    links.map(
      ({ id, createdAtMillis, expiresAtMillis }) =>
        html`<tr>
          <th scope="row">
            opens until ${timeText(expiresAtMillis)} <small>made ${timeText(createdAtMillis)}</small>
          </th>
          <td class="act">
            <form method="post" action="/admin/posts/${post.id}/links/revoke">
              ${hiddenField('_csrf', csrfToken)} ${hiddenField('link', String(id))}
              <button type="submit" aria-label="Revoke the link of ${timeText(createdAtMillis)}">
                Revoke
              </button>
            </form>
          </td>
        </tr>`,
    ),
  );
}
