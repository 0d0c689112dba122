import type { Router } from '@koa/router';
import type { Context } from 'koa';
import { formFields, wholeNumber, type FormFields } from '../http/form-body.ts';
import { queryText } from '../accounts/route-answers.ts';
import { seeOther } from '../http/see-other.ts';
import { createSecretToken } from '../process/secret-token.ts';
import type { ContinuedText, UnsavedText, UnsavedTexts } from '../posts/unsaved-texts.ts';
import { valuesOfForm, type PostFormValues } from './post-form.ts';
import type { PostPageDependencies } from './post-page-dependencies.ts';

export const AUTOSAVE_PATH = '/admin/posts/unsaved';

const DRAFT = /^[\w-]{10,64}$/;
const CONTINUED = /^([\w-]{10,64})@(\d{1,15})$/;
/** A page continues one or two: the one that it was opened with, and what the browser has of it. */
const MAX_CONTINUED = 10;

export interface UnsavedDependencies extends PostPageDependencies {
  readonly unsaved: UnsavedTexts;
}

/** A form that can be continued. */
export interface OpenedForm {
  /** Identifies this page of the editor. No other page has it: two that write under one would overwrite each other's text. */
  readonly draft: string;
  readonly continued: readonly ContinuedText[];
  readonly values: PostFormValues;
  readonly version: number | undefined;
}

/** Routes that the editor's script calls while somebody types, and the one that discards a text. */
export function addUnsavedRoutes(router: Router, deps: UnsavedDependencies): void {
  const { posts, unsaved, forms, whenUnlocked } = deps;

  router.post(AUTOSAVE_PATH, forms.owner, async (ctx) => {
    const fields = formFields(ctx);
    const draft = draftIn(fields);
    if (draft === undefined) return ctx.throw(400, 'The form has no draft: reload the editor.');
    const text = {
      draft,
      postId: wholeNumber(fields['post']),
      version: wholeNumber(fields['version']),
      fields: { ...valuesOfForm(fields) },
    };
    const isKept = await whenUnlocked(() => unsaved.put(text, continuedIn(fields)));
    if (!isKept) return ctx.throw(404, 'The post was removed.');
    const { postId, version = 0 } = text;
    if (postId !== undefined && posts.isEditedSince(postId, version)) ctx.body = { isSavedElsewhere: true };
    else ctx.status = 204;
  });

  router.post(`${AUTOSAVE_PATH}/discard`, forms.owner, async (ctx) => {
    const fields = formFields(ctx);
    const post = wholeNumber(fields['post']);
    await whenUnlocked(() => unsaved.remove(draftIn(fields) ?? ''));
    seeOther(
      ctx,
      post === undefined ? '/admin/posts/new?done=discarded' : `/admin/posts/${post}/edit?done=discarded`,
    );
  });
}

/** The editor's draft in a submitted form. */
export function draftIn(fields: FormFields): string | undefined {
  const { draft = '' } = fields;
  return DRAFT.test(draft) ? draft : undefined;
}

/** The texts that a submitted form continues. */
export function continuedIn({ continued = '' }: FormFields): readonly ContinuedText[] {
  return continued
    .split(' ', MAX_CONTINUED)
    .map((each) => CONTINUED.exec(each))
    .flatMap((found) => (found === null ? [] : { draft: found[1]!, typedAtMillis: Number(found[2]) }));
}

/** The same as the field of a form. */
export function continuedText(continued: readonly ContinuedText[]): string {
  return continued.map(({ draft, typedAtMillis }) => `${draft}@${typedAtMillis}`).join(' ');
}

/** The text that `?draft=` asks for, else the given form; under a new draft. */
export function openedForm(
  ctx: Context,
  unsaved: UnsavedTexts,
  form: { readonly postId?: number; readonly values: PostFormValues; readonly version?: number },
): OpenedForm {
  const text = unsaved.find(queryText(ctx, 'draft'));
  const draft = createSecretToken();
  if (text === undefined || text.postId !== form.postId)
    return { draft, continued: [], values: form.values, version: form.version };
  return { draft, continued: [text], values: valuesOfForm(text.fields), version: text.version };
}

/** The editor in which an unsaved text is continued. */
export function continueAddress({ draft, postId }: Pick<UnsavedText, 'draft' | 'postId'>): string {
  return `${postId === undefined ? '/admin/posts/new' : `/admin/posts/${postId}/edit`}?draft=${draft}`;
}

/** Texts of this post that are not what the editor shows; what was typed and undone is no text to offer. */
export function othersThan(
  { draft, values }: Pick<OpenedForm, 'draft' | 'values'>,
  texts: readonly UnsavedText[],
): readonly UnsavedText[] {
  return texts.filter(
    ({ draft: other, fields }) =>
      other !== draft && Object.entries(values).some(([name, value]) => (fields[name] ?? '') !== value),
  );
}
