import type { Router } from '@koa/router';
import type { Context } from 'koa';
import { queryText, seeOther } from '../accounts/route-answers.ts';
import { formFields } from '../accounts/form-body.ts';
import type { FieldProblems } from '../accounts/form-parts.ts';
import { csrfTokenOf } from '../accounts/load-session.ts';
import { MarkdownWorker } from '../posts/markdown/markdown-worker.ts';
import type { RenderedMarkdown } from '../posts/markdown/markdown.ts';
import type { Post } from '../posts/post.ts';
import { PostConflictError, PostDraftError } from '../posts/post-errors.ts';
import { decidePreview, previewPost } from '../posts/post-preview.ts';
import type { PostPlace } from '../posts/markdown/render-messages.ts';
import { READER_POLICY } from '../http/security-headers.ts';
import type { AdminDependencies } from './admin-routes.ts';
import { conflictPage } from './conflict-page.ts';
import { deletePage } from './delete-page.ts';
import { editorPage } from './editor-page.ts';
import {
  draftOfValues,
  EMPTY_POST_FORM,
  valuesOfForm,
  valuesOfPost,
  type PostFormValues,
} from './post-form.ts';
import { STATE_WORDS, type PostState } from './post-state.ts';
import { postsPage } from './posts-page.ts';
import { previewPage } from './preview.ts';

/** What a page says after a form was taken, by the word in its address. */
const NOTICES: Readonly<Record<string, string>> = {
  saved: 'Saved.',
  deleted: 'The post is deleted. It is kept under Deleted and can be restored.',
  restored: 'The post is back as it was.',
  copied: 'Saved as a new draft.',
};

/** Lists, writes, deletes and restores posts. */
export function addPostRoutes(router: Router, deps: AdminDependencies): void {
  const { posts, site, forms, owner, send, metrics, whenUnlocked, now } = deps;
  const worker = new MarkdownWorker();
  const rendered = (markdown: string, { path, formerPaths }: PostPlace): Promise<RenderedMarkdown> =>
    worker.render(markdown, { path, formerPaths }, (name) => posts.mediaSize(name));

  const showList = (ctx: Context): void => {
    const text = queryText(ctx, 'text').slice(0, 200);
    const before = queryText(ctx, 'before');
    const asked = queryText(ctx, 'status');
    const status = Object.hasOwn(STATE_WORDS, asked) ? (asked as PostState) : undefined;
    const page = posts.allForAdmin({ text, status, before: before || undefined });
    const body = postsPage({
      page,
      counts: posts.counts(),
      status,
      text,
      isFurther: before !== '',
      notice: noticeOf(ctx),
      csrfToken: csrfTokenOf(ctx)!,
      timeZone: site.timeZone,
    });
    send(ctx, { title: 'Posts', current: 'posts', body });
  };
  router.get('/admin', owner, showList);
  router.get('/admin/posts', owner, showList);

  router.get('/admin/posts/new', owner, (ctx) => showEditor(ctx, undefined, EMPTY_POST_FORM));

  router.get('/admin/posts/:id/edit', owner, (ctx) => {
    const post = expectPost(ctx);
    showEditor(ctx, post, valuesOfPost(post, site.timeZone));
  });

  router.post('/admin/posts', forms.owner, (ctx) => create(ctx, valuesOfForm(formFields(ctx)), 'saved'));

  // From the conflict page: what was typed, as a post of its own.
  router.post('/admin/posts/copy', forms.owner, async (ctx) => {
    const values = valuesOfForm(formFields(ctx));
    await create(ctx, { ...values, status: 'draft', path: '', aliases: '' }, 'copied');
  });

  router.post('/admin/posts/preview', forms.owner, (ctx) => showPreview(ctx));
  router.post('/admin/posts/:id/preview', forms.owner, (ctx) => showPreview(ctx));

  router.post('/admin/posts/:id', forms.owner, async (ctx) => {
    const fields = formFields(ctx);
    const values = valuesOfForm(fields);
    const post = posts.byId(idOf(ctx));
    // The text outlives its post: it can still be saved as a new one.
    if (post === undefined)
      return showEditor(
        ctx,
        undefined,
        values,
        { title: 'The post was removed in the meantime. Saving makes a new one.' },
        404,
      );
    const version = /^\d{1,15}$/.test(fields['version'] ?? '') ? Number(fields['version']) : -1;
    const { draft, problems } = draftOfValues(values, site.timeZone, post);
    if (Object.keys(problems).length > 0) return showEditor(ctx, post, values, problems, 422, version);
    try {
      const text = await rendered(draft.markdown, posts.decide(draft, post));
      const saved = await whenUnlocked(() => posts.update(post.id, version, draft, { rendered: text }));
      metrics.postUpdated();
      seeOther(ctx, `/admin/posts/${saved.id}/edit?done=saved`);
    } catch (error) {
      if (error instanceof PostDraftError)
        return showEditor(ctx, post, values, problemOf(error), 422, version);
      if (!(error instanceof PostConflictError)) throw error;
      const body = conflictPage({
        current: error.current,
        mine: values,
        csrfToken: csrfTokenOf(ctx)!,
        timeZone: site.timeZone,
      });
      send(ctx, { title: 'Two saves met', status: 409, current: 'posts', body });
    }
  });

  router.get('/admin/posts/:id/delete', owner, (ctx) => {
    const post = expectPost(ctx);
    if (typeof post.deletedAtMillis === 'number') return seeOther(ctx, `/admin/posts/${post.id}/edit`);
    send(ctx, { title: 'Delete a post', current: 'posts', body: deletePage(post, csrfTokenOf(ctx)!) });
  });

  router.post('/admin/posts/:id/delete', forms.owner, async (ctx) => {
    const post = expectPost(ctx);
    if (typeof post.deletedAtMillis === 'number') return seeOther(ctx, '/admin/posts?done=deleted');
    try {
      const version = Number(formFields(ctx)['version'] ?? -1);
      await whenUnlocked(() => posts.remove(post.id, version));
      metrics.postDeleted();
      seeOther(ctx, '/admin/posts?done=deleted');
    } catch (error) {
      if (!(error instanceof PostConflictError)) throw error;
      const problem =
        'The post was saved elsewhere since this page was opened. Look at it again before you delete it.';
      send(ctx, {
        title: 'Delete a post',
        status: 409,
        current: 'posts',
        body: deletePage(error.current, csrfTokenOf(ctx)!, problem),
      });
    }
  });

  router.post('/admin/posts/:id/restore', forms.owner, async (ctx) => {
    const { id, markdown, path, aliases } = expectPost(ctx);
    const text = await rendered(markdown, { path, formerPaths: aliases });
    const post = await whenUnlocked(() => posts.restore(id, { rendered: text }));
    seeOther(ctx, `/admin/posts/${post.id}/edit?done=restored`);
  });

  async function create(ctx: Context, values: PostFormValues, done: 'saved' | 'copied'): Promise<void> {
    const { draft, problems } = draftOfValues(values, site.timeZone);
    if (Object.keys(problems).length > 0) return showEditor(ctx, undefined, values, problems, 422);
    try {
      const place = posts.decide(draft);
      const text = await rendered(draft.markdown, place);
      const post = await whenUnlocked(() => posts.create({ ...draft, path: place.path }, { rendered: text }));
      metrics.postCreated();
      seeOther(ctx, `/admin/posts/${post.id}/edit?done=${done}`);
    } catch (error) {
      if (!(error instanceof PostDraftError)) throw error;
      showEditor(ctx, undefined, values, problemOf(error), 422);
    }
  }

  function showEditor(
    ctx: Context,
    post: Post | undefined,
    values: PostFormValues,
    problems: FieldProblems = {},
    status = 200,
    version = post?.version,
  ): void {
    const body = editorPage({
      post,
      version,
      values,
      problems,
      notice: noticeOf(ctx),
      csrfToken: csrfTokenOf(ctx)!,
      timeZone: site.timeZone,
      nowMillis: now(),
    });
    send(ctx, {
      title: post?.title ?? 'New post',
      status,
      current: post === undefined ? 'new-post' : 'posts',
      body,
    });
  }

  async function showPreview(ctx: Context): Promise<void> {
    const values = valuesOfForm(formFields(ctx));
    const { markdown } = values;
    const before = posts.byId(idOf(ctx));
    const decided = decidePreview(posts, draftOfValues(values, site.timeZone, before).draft, before);
    const text = await rendered(markdown, decided);
    ctx.set('Cache-Control', 'no-store');
    ctx.set('Content-Security-Policy', READER_POLICY);
    ctx.type = 'text/html; charset=utf-8';
    ctx.body = deps.render('preview', () =>
      previewPage(previewPost(decided, markdown, text), text.missingImages, {
        layout: deps.layout,
        site,
        origin: deps.origin(ctx),
      }),
    );
  }

  function expectPost(ctx: Context): Post {
    const post = posts.byId(idOf(ctx));
    if (post === undefined)
      ctx.throw(404, 'There is no such post. The desk lists all there are, deleted ones included.');
    return post!;
  }
}

function idOf(ctx: Context): number {
  const { id = '' } = ctx['params'] as Readonly<Record<string, string>>;
  return /^\d{1,15}$/.test(id) ? Number(id) : -1;
}

function problemOf({ field, message }: PostDraftError): FieldProblems {
  return { [field === 'publishedAtMillis' ? 'publishedAt' : field]: message };
}

function noticeOf(ctx: Context): string | undefined {
  const word = queryText(ctx, 'done');
  return ctx.method === 'GET' && Object.hasOwn(NOTICES, word) ? NOTICES[word] : undefined;
}
