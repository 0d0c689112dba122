import { hiddenField } from '../accounts/form-parts.ts';
import type { Post } from '../posts/post.ts';
import { html, type Html } from '../markup/html.ts';
import { titleHtml } from '../markup/title.ts';
import { stateOf } from './post-state.ts';

/** Asks for confirmation before a post is deleted. */
export function deletePage(
  post: Post,
  { csrfToken, nowMillis, problem }: { csrfToken: string; nowMillis: number; problem?: string },
): Html {
  const isPublic = ['published', 'unlisted'].includes(stateOf(post, nowMillis));
  return html`<div class="sheet">
    <h1>Delete “${titleHtml(post.title)}”?</h1>
    ${problem !== undefined && html`<div class="summary" role="alert"><p>${problem}</p></div>`}
    <p>
      ${isPublic ? html`Readers of /${post.path} will see that the post was removed.` : 'Readers do not see it now.'}
      You can restore it under Deleted.
    </p>
    <form method="post" action="/admin/posts/${post.id}/delete">
      ${hiddenField('_csrf', csrfToken)} ${hiddenField('version', String(post.version))}
      <p class="actions">
        <button type="submit" class="danger">Delete the post</button>
        <a href="/admin/posts/${post.id}/edit">Keep it</a>
      </p>
    </form>
  </div>`;
}
