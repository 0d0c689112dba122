import type { Context, Middleware } from 'koa';
import type { SiteSettings } from '../db/site-settings.ts';
import type { Origin } from '../http/absolute-url.ts';
import { dateText } from '../markup/dates.ts';
import { html } from '../markup/html.ts';
import type { Render } from '../markup/render.ts';
import { toLocalInput } from '../markup/zoned-time.ts';
import type { DraftLinks } from '../posts/draft-links.ts';
import { postUrl } from '../posts/post-path.ts';
import type { PostStore } from '../posts/post-store.ts';
import type { Post } from '../posts/post.ts';
import type { Layout } from './layout.ts';
import { postPage } from './post-page.ts';

/** A file of the blog in an attribute of a tag: alone, or in a list of sources. */
const MEDIA_ADDRESS = /(?<=["\s,])\/media\/[^"\s,?#]+/g;

/** Shows a draft as readers would see it to who has a link to it: nothing stores the page, and no other page leads to it. */
export function createSharedDraft(deps: {
  readonly draftLinks: Pick<DraftLinks, 'find'>;
  readonly posts: Pick<PostStore, 'byId' | 'lookup'>;
  readonly site: SiteSettings;
  readonly layout: Layout;
  readonly origin: Origin;
  readonly render: Render;
}): Middleware {
  const { draftLinks, posts, site, layout } = deps;
  return (ctx: Context) => {
    ctx.set('Cache-Control', 'no-store');
    ctx.set('Referrer-Policy', 'no-referrer');
    ctx.set('X-Robots-Tag', 'noindex');
    const token = typeof ctx.query['token'] === 'string' ? ctx.query['token'] : '';
    const link = draftLinks.find(token);
    const post = link && posts.byId(link.postId);
    if (link === undefined || post === undefined)
      return ctx.throw(404, 'This link opens nothing: it has expired, was revoked, or is incomplete.');
    if (post.deletedAtMillis !== null) return ctx.throw(410, 'The author removed this draft.');
    // Published since: the page that everybody sees.
    if (posts.lookup(postUrl(post.path)).kind === 'post') return ctx.redirect(postUrl(post.path));
    const origin = deps.origin(ctx);
    ctx.type = 'text/html; charset=utf-8';
    ctx.body = deps.render('shared-draft', () => {
      const page = postPage({ post: withToken(post, token), neighbours: {}, site, origin });
      const { expiresAtMillis } = link;
      const until = `${dateText(expiresAtMillis, site.language, 'long', site.timeZone)}, ${toLocalInput(expiresAtMillis, site.timeZone).slice(11)} (${site.timeZone})`;
      const note = html`<p class="empty" role="status" lang="en" dir="ltr">
        A draft, shown by a secret link that opens until ${until}. Please do not pass it on.
      </p>`;
      const head = html`<meta name="robots" content="noindex" />`;
      return layout(
        { ...page, canonicalPath: undefined, head, body: html`${note} ${page.body}` },
        { origin, hasAbout: false },
      );
    });
  };
}

/** Only the owner may open the files of a draft, and who has its link. */
function withToken(post: Post, token: string): Post {
  const inTag = (tag: string): string => tag.replaceAll(MEDIA_ADDRESS, `$&?token=${token}`);
  // As rendered, a `<` begins a tag and a `>` ends it.
  return { ...post, html: post.html.replaceAll(/<[a-z][^>]*>/gi, inTag) };
}
