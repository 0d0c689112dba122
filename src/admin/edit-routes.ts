import type { Router } from '@koa/router';
import type { Context } from 'koa';
import { formFields, wholeNumber } from '../http/form-body.ts';
import type { FieldProblems } from '../accounts/form-parts.ts';
import { csrfTokenOf } from '../accounts/load-session.ts';
import { seeOther } from '../http/see-other.ts';
import type { Post, PostDraft } from '../posts/post.ts';
import { PostConflictError, PostDraftError } from '../posts/post-errors.ts';
import type { PostStore } from '../posts/post-store.ts';
import type { ContinuedText } from '../posts/unsaved-texts.ts';
import type { BusinessMetrics } from '../process/business-metrics.ts';
import { askedPost, expectPost, noticeOf } from './asked-post.ts';
import { conflictPage } from './conflict-page.ts';
import { deadLinkHint, type DeadLinkDependencies } from './dead-links.ts';
import { editorPage } from './editor-page.ts';
import {
  chosenStatus,
  draftOfValues,
  EMPTY_POST_FORM,
  isPublish,
  valuesOfForm,
  valuesOfPost,
  type PostFormValues,
} from './post-form.ts';
import { titleText } from '../markup/title.ts';
import { stateOf, type PostState } from './post-state.ts';
import { createSecretToken } from '../process/secret-token.ts';
import { continuedIn, draftIn, openedForm, othersThan, type UnsavedDependencies } from './unsaved-routes.ts';

export interface EditRouteDependencies extends UnsavedDependencies, DeadLinkDependencies {
  readonly posts: PostStore;
  readonly metrics: Pick<BusinessMetrics, 'postCreated' | 'postUpdated' | 'postPublished'>;
  readonly now: () => number;
}

/** Offered while tags are typed. */
const MAX_TAGS = 500;
/** The editor's own script, which imports the rest. */
const EDITOR_SCRIPTS = ['admin/editor.js'];

interface Edited {
  /** Undefined before the first save. */
  readonly post?: Post | undefined;
  readonly values: PostFormValues;
  readonly problems?: FieldProblems;
  /** The Publish button was used. */
  readonly isPublishRefused?: boolean;
  /** The version the form was loaded from; default: the post's current version. */
  readonly version?: number | undefined;
  /** Identifies the page of the editor; default: a new one. */
  readonly draft?: string | undefined;
  /** Texts that this page of the editor goes on with. */
  readonly continued?: readonly ContinuedText[];
}

/** Routes of the editor and its saves. */
export function addEditRoutes(router: Router, deps: EditRouteDependencies): void {
  const { posts, site, renderText, forms, owner, metrics, unsaved, whenUnlocked } = deps;
  const show = (ctx: Context, edited: Edited, status?: number): void => showEditor(ctx, edited, deps, status);
  // A scheduled post is marked when its time has come.
  const markPublished = (post: Post): void => {
    if (stateOf(post, deps.now()) === 'published') metrics.postPublished(post.path);
  };
  /** The notice of a save: what it changed for readers. */
  const noticeOfSave = (saved: Post, before: PostState): string => {
    const state = stateOf(saved, deps.now());
    return state === before ? 'saved' : state;
  };

  router.get('/admin/posts/new', owner, (ctx) =>
    show(ctx, openedForm(ctx, unsaved, { values: EMPTY_POST_FORM })),
  );

  router.get('/admin/posts/:id/edit', owner, (ctx) => {
    const post = expectPost(posts, ctx);
    const { id: postId, version } = post;
    const values = valuesOfPost(post, site.timeZone);
    show(ctx, { post, ...openedForm(ctx, unsaved, { postId, values, version }) });
  });

  router.post('/admin/posts', forms.owner, (ctx) => create(ctx, valuesOfForm(formFields(ctx))));

  // From the conflict page: saves the typed text as a new post.
  router.post('/admin/posts/copy', forms.owner, async (ctx) => {
    const values = valuesOfForm(formFields(ctx));
    await create(ctx, { ...values, status: 'draft', path: '', aliases: '' }, 'copied');
  });

  router.post('/admin/posts/:id', forms.owner, async (ctx) => {
    const fields = formFields(ctx);
    const values = valuesOfForm(fields);
    const draft = draftIn(fields);
    const continued = continuedIn(fields);
    const post = askedPost(posts, ctx);
    // The post is gone, but its text can still be saved as a new one.
    if (post === undefined) {
      const title = 'The post was removed in the meantime. Saving creates a new one.';
      return refuse(ctx, { values, problems: { title }, draft, continued }, 404);
    }
    const version = wholeNumber(fields['version']) ?? -1;
    const { draft: written, problems } = draftOfValues(values, site.timeZone, post);
    const edited = { post, values, version, draft, continued };
    if (Object.keys(problems).length > 0) return refuse(ctx, { ...edited, problems }, 422);
    try {
      const text = await renderText(written.markdown, posts.decide(written, post));
      const saved = await whenUnlocked(() => posts.update(post.id, version, written, { rendered: text }));
      await forget(edited, deps);
      metrics.postUpdated();
      if (post.status !== 'published') markPublished(saved);
      const done = noticeOfSave(saved, stateOf(post, deps.now()));
      seeOther(ctx, `/admin/posts/${saved.id}/edit?done=${done}`);
    } catch (error) {
      if (error instanceof PostDraftError) return refuse(ctx, { ...edited, problems: problemOf(error) }, 422);
      if (!(error instanceof PostConflictError)) throw error;
      await keep(asChosen(ctx, edited));
      showConflict(ctx, error.current, { values, draft }, deps);
    }
  });

  async function create(ctx: Context, values: PostFormValues, done?: 'copied'): Promise<void> {
    const edited = { values, draft: draftIn(formFields(ctx)), continued: continuedIn(formFields(ctx)) };
    const { draft: written, problems } = draftOfValues(values, site.timeZone);
    if (Object.keys(problems).length > 0) return refuse(ctx, { ...edited, problems }, 422);
    try {
      const post = await createRendered(written, deps);
      await forget(edited, deps);
      metrics.postCreated();
      markPublished(post);
      seeOther(ctx, `/admin/posts/${post.id}/edit?done=${done ?? noticeOfSave(post, 'draft')}`);
    } catch (error) {
      if (!(error instanceof PostDraftError)) throw error;
      await refuse(ctx, { ...edited, problems: problemOf(error) }, 422);
    }
  }

  /** Shows the form again. Its page says that the server has the text, so the text is kept first. */
  async function refuse(ctx: Context, refused: Edited, status: number): Promise<void> {
    const edited = asChosen(ctx, refused);
    await keep(edited);
    show(ctx, edited, status);
  }

  /** If this write fails, the browser has the text, and sends it with the next change. */
  async function keep({ post, values, version, draft, continued }: Edited): Promise<void> {
    if (draft === undefined) return;
    const text = { draft, postId: post?.id, version, fields: { ...values } };
    await whenUnlocked(() => unsaved.put(text, continued)).catch(() => {});
  }
}

/** With the visibility that the form had: the next Save is no Publish. */
function asChosen(ctx: Context, edited: Edited): Edited {
  const fields = formFields(ctx);
  const values = { ...edited.values, status: chosenStatus(fields) };
  return { ...edited, values, isPublishRefused: isPublish(fields) };
}

/** The post is saved; if this write fails, the text is offered once more, nothing else. */
async function forget(
  { draft, continued = [] }: Pick<Edited, 'draft' | 'continued'>,
  { unsaved, whenUnlocked }: EditRouteDependencies,
): Promise<void> {
  await whenUnlocked(() => {
    if (draft !== undefined) unsaved.remove(draft);
    unsaved.removeContinued(continued);
  }).catch(() => {});
}

/** While a text was rendered for a derived address, another post may have got it; then the next one is derived. */
async function createRendered(written: PostDraft, deps: EditRouteDependencies): Promise<Post> {
  const { posts, renderText, whenUnlocked } = deps;
  const place = posts.decide(written);
  const rendered = await renderText(written.markdown, place);
  try {
    return await whenUnlocked(() => posts.create({ ...written, path: place.path }, { rendered }));
  } catch (error) {
    const isTaken = error instanceof PostDraftError && error.reason === 'taken' && error.field === 'path';
    if (!isTaken || written.path !== undefined) throw error;
    return createRendered(written, deps);
  }
}

function showEditor(
  ctx: Context,
  { post, values, problems = {}, version = post?.version, ...edited }: Edited,
  deps: EditRouteDependencies,
  status = 200,
): void {
  const { posts, site, send, unsaved, now } = deps;
  const notice = noticeOf(ctx);
  const { draft = createSecretToken(), continued = [], isPublishRefused = false } = edited;
  const body = editorPage({
    post,
    version,
    values,
    problems,
    isPublishRefused,
    draft,
    continued,
    unsaved: othersThan({ draft, values }, unsaved.list(post?.id)),
    notice,
    deadLinks:
      notice === undefined || post === undefined ? undefined : deadLinkHint(post, deps, site.timeZone),
    tags: posts
      .tags()
      .slice(0, MAX_TAGS)
      .map(({ tag }) => tag),
    csrfToken: csrfTokenOf(ctx)!,
    timeZone: site.timeZone,
    language: site.language,
    nowMillis: now(),
  });
  send(ctx, {
    title: post === undefined ? 'New post' : titleText(post.title),
    status,
    current: post === undefined ? 'new-post' : 'posts',
    scripts: EDITOR_SCRIPTS,
    // Of pasted text, in a document that is not shown.
    trustedTypes: 'pasted-text',
    body,
  });
}

function showConflict(
  ctx: Context,
  current: Post,
  { values, draft }: { readonly values: PostFormValues; readonly draft: string | undefined },
  { site, send }: EditRouteDependencies,
): void {
  const csrfToken = csrfTokenOf(ctx)!;
  const body = conflictPage({ current, mine: values, draft, csrfToken, timeZone: site.timeZone });
  send(ctx, { title: 'Edit conflict', status: 409, current: 'posts', body });
}

function problemOf({ field, message }: PostDraftError): FieldProblems {
  return { [field === 'publishedAtMillis' ? 'publishedAt' : field]: message };
}
