import { OBSERVATORY_PATH } from '../process/own-addresses.ts';
import { hiddenField } from '../accounts/form-parts.ts';
import type { AdminPostPage, AdminPostSummary, PostCounts } from '../posts/post.ts';
import { postUrl } from '../posts/post-path.ts';
import { html, type Html } from '../markup/html.ts';
import { titleHtml, titleText } from '../markup/title.ts';
import type { UnsavedText } from '../posts/unsaved-texts.ts';
import { wordCountText } from './browser/word-count.ts';
import { continueAddress } from './unsaved-routes.ts';
import { STATE_WORDS, stateChip, type PostState } from './post-state.ts';
import { toLocalText } from '../markup/zoned-time.ts';
import { adminTable } from './admin-table.ts';

export interface PostsPageOptions {
  readonly page: AdminPostPage;
  readonly counts: PostCounts;
  readonly status: PostState | undefined;
  readonly text: string;
  /** True for every page but the first. */
  readonly isFurther: boolean;
  readonly notice: string | undefined;
  /** Newest first. */
  readonly unsaved: readonly UnsavedText[];
  readonly csrfToken: string;
  readonly timeZone: string;
}

/** The list of posts, last edited first, each with its state. */
export function postsPage(options: PostsPageOptions): Html {
  const { page, counts, status, text, notice } = options;
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0) - counts.deleted;
  return html`<header class="page-bar">
      <h1>Posts</h1>
      <a class="button primary" href="/admin/posts/new">New post</a>
    </header>
    ${notice !== undefined && html`<p class="notice" role="status">${notice}</p>`}
    ${status === undefined && text === '' && !options.isFurther && unsavedNotices(options)}
    <div class="list-bar">
      <nav aria-label="Posts by state">
        <ul class="tabs">
          ${tab('All', all, undefined, options)}
          ${(Object.keys(STATE_WORDS) as PostState[]).map((state) => tab(STATE_WORDS[state], counts[state], state, options))}
        </ul>
      </nav>
      <form method="get" action="/admin/posts" role="search" class="find">
        ${status !== undefined && hiddenField('status', status)}
        <label class="visually-hidden" for="find">Find by title or address</label>
        <input
          type="search"
          id="find"
          name="text"
          value="${text}"
          placeholder="Title or address"
          maxlength="200"
        />
        <button type="submit">Find</button>
      </form>
    </div>
    ${page.posts.length === 0 ? nothing(options) : table(options)}
    <p class="turn">
      ${options.isFurther && html`<a href="${address(status, text)}">First page</a>`}
      ${page.older !== undefined && html`<a href="${address(status, text, page.older)}" rel="next">Older posts →</a>`}
    </p>
    <p class="elsewhere"><a href="/">The blog</a> · <a href="${OBSERVATORY_PATH}">The observatory</a></p>`;
}

const MAX_UNSAVED_SHOWN = 3;

/** What a lost browser or session left: nobody looks for it in an empty editor. */
function unsavedNotices({ unsaved, timeZone }: PostsPageOptions): readonly Html[] {
  return unsaved.slice(0, MAX_UNSAVED_SHOWN).map((text) => {
    const title = text.fields['title']?.trim() || 'Untitled';
    return html`<div class="notice unsaved">
      <p>
        Not saved: <bdi>“${title}”</bdi>, ${wordCountText(text.fields['markdown'] ?? '')}, typed at
        ${toLocalText(text.typedAtMillis, timeZone)} (${timeZone}).
      </p>
      <a class="button" href="${continueAddress(text)}" aria-label="Continue ${title}">Continue it</a>
    </div>`;
  });
}

function address(status: PostState | undefined, text: string, before?: string): string {
  const query = new URLSearchParams();
  if (status !== undefined) query.set('status', status);
  if (text !== '') query.set('text', text);
  if (before !== undefined) query.set('before', before);
  return query.size === 0 ? '/admin/posts' : `/admin/posts?${query}`;
}

function tab(
  label: string,
  count: number,
  state: PostState | undefined,
  { status, text }: PostsPageOptions,
): Html {
  return html`<li>
    <a href="${address(state, text)}" ${state === status && html` aria-current="true"`}
      >${label} <span class="count">${count.toLocaleString('en')}</span></a
    >
  </li>`;
}

function nothing({ status, text, counts }: PostsPageOptions): Html {
  if (Object.values(counts).every((count) => count === 0))
    return html`<p class="empty">
      There are no posts yet. <a href="/admin/posts/new">Write the first one.</a>
    </p>`;
  const what = status === undefined ? 'post' : `${STATE_WORDS[status].toLowerCase()} post`;
  const deleted =
    status === undefined &&
    counts.deleted > 0 &&
    html` <a href="${address('deleted', text)}">Look among the deleted ones.</a>`;
  if (text === '')
    return html`<p class="empty">
      There is no ${what}. ${deleted || html`<a href="/admin/posts">See all posts.</a>`}
    </p>`;
  return html`<p class="empty">
    No ${what} has “${text}” in its title or address.
    <a href="${address(status, '')}">Clear the search.</a>${deleted}
  </p>`;
}

function table(options: PostsPageOptions): Html {
  return adminTable(
    'Posts, last edited first',
    ['Post', 'Visibility', { label: 'Date', isTime: true }, { label: 'Edited', isTime: true }],
    options.page.posts.map((post) => row(post, options)),
  );
}

function row(post: AdminPostSummary, { csrfToken, timeZone }: PostsPageOptions): Html {
  const day = (millis: number | null): string => (millis === null ? '—' : toLocalText(millis, timeZone));
  return html`<tr>
    <th scope="row">
      <a href="/admin/posts/${post.id}/edit">${titleHtml(post.title)}</a>
      <small>/${post.path}</small>
    </th>
    <td>${stateChip(post.state)}</td>
    <td class="when">${day(post.publishedAtMillis)}</td>
    <td class="when">${day(post.updatedAtMillis)}</td>
    <td class="act">
      ${
        post.state === 'deleted'
          ? html`<form method="post" action="/admin/posts/${post.id}/restore">
              ${hiddenField('_csrf', csrfToken)}<button
                type="submit"
                aria-label="Restore ${titleText(post.title)}"
              >
                Restore
              </button>
            </form>`
          : (post.state === 'published' || post.state === 'unlisted') &&
            html`<a href="${postUrl(post.path)}" aria-label="View ${titleText(post.title)}">View</a>`
      }
    </td>
  </tr>`;
}
