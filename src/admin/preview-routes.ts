import type { Router, RouterContext } from '@koa/router';
import type { Render } from '../markup/render.ts';
import { formFields } from '../http/form-body.ts';
import type { FormProtection } from '../accounts/protect-forms.ts';
import type { SiteSettings } from '../db/site-settings.ts';
import type { Origin } from '../http/absolute-url.ts';
import { READER_POLICY } from '../http/security-headers.ts';
import { decidePreview, previewPost } from '../posts/post-preview.ts';
import type { PostStore } from '../posts/post-store.ts';
import type { Layout } from '../site/layout.ts';
import { askedPost } from './asked-post.ts';
import { brokenLinks, type DeadLinkDependencies } from './dead-links.ts';
import { draftOfValues, valuesOfForm } from './post-form.ts';
import { previewPage } from './preview.ts';
import type { RenderText } from './render-text.ts';

export interface PreviewRouteDependencies extends DeadLinkDependencies {
  readonly posts: PostStore;
  readonly site: SiteSettings;
  readonly renderText: RenderText;
  readonly forms: FormProtection;
  /** The layout of pages for readers. */
  readonly layout: Layout;
  readonly origin: Origin;
  readonly render: Render;
}

/** Shows the editor's form as readers would see it. */
export function addPreviewRoutes(router: Router, deps: PreviewRouteDependencies): void {
  const { posts, site, layout } = deps;

  router.post('/admin/posts/preview', deps.forms.owner, (ctx) => show(ctx));
  router.post('/admin/posts/:id/preview', deps.forms.owner, (ctx) => show(ctx));

  async function show(ctx: RouterContext): Promise<void> {
    const values = valuesOfForm(formFields(ctx));
    const before = askedPost(posts, ctx);
    const decided = decidePreview(posts, draftOfValues(values, site.timeZone, before).draft, before);
    const text = await deps.renderText(values.markdown, decided);
    const atMillis = decided.fields.publishedAtMillis;
    const broken = brokenLinks(text.links, { path: decided.path, atMillis }, deps);
    ctx.set('Cache-Control', 'no-store');
    ctx.set('Content-Security-Policy', READER_POLICY);
    ctx.type = 'text/html; charset=utf-8';
    ctx.body = deps.render('preview', () =>
      previewPage(
        previewPost(decided, values.markdown, text),
        { ...text, broken },
        {
          layout,
          site,
          hasAbout: posts.lookup('/about').kind === 'post',
          origin: deps.origin(ctx),
        },
      ),
    );
  }
}
