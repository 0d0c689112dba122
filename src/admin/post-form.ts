import type { FormFields } from '../http/form-body.ts';
import type { FieldProblems } from '../accounts/form-parts.ts';
import type { Post, PostDraft, PostStatus } from '../posts/post.ts';
import { fromLocalInput, toLocalInput } from '../markup/zoned-time.ts';

/** The editor's fields as text, so that a refused form is shown again as typed. */
export interface PostFormValues {
  readonly title: string;
  readonly markdown: string;
  readonly path: string;
  readonly description: string;
  readonly status: PostStatus;
  /** Local time in the blog's zone, or empty. */
  readonly publishedAt: string;
  /** Separated by commas. */
  readonly tags: string;
  readonly authors: string;
  /** One per line. */
  readonly aliases: string;
  readonly language: string;
}

export const MAX_MARKDOWN_CHARACTERS = 1_000_000;

export const EMPTY_POST_FORM: PostFormValues = {
  title: '',
  markdown: '',
  path: '',
  description: '',
  status: 'draft',
  publishedAt: '',
  tags: '',
  authors: '',
  aliases: '',
  language: '',
};

export function valuesOfPost(post: Post, timeZone: string): PostFormValues {
  return {
    title: post.title,
    markdown: post.markdown,
    path: post.path,
    description: post.description ?? '',
    status: post.status,
    publishedAt: post.publishedAtMillis === null ? '' : toLocalInput(post.publishedAtMillis, timeZone),
    tags: post.tags.join(', '),
    authors: post.authors.join(', '),
    aliases: post.aliases.join('\n'),
    language: post.language ?? '',
  };
}

/** Reads the submitted fields; the Publish button overrides the chosen status, once: a form that is refused is shown with `chosenStatus` again. */
export function valuesOfForm(fields: FormFields): PostFormValues {
  const text = (name: keyof PostFormValues): string => fields[name] ?? '';
  return {
    title: text('title'),
    markdown: text('markdown'),
    path: text('path'),
    description: text('description'),
    status: isPublish(fields) ? 'published' : chosenStatus(fields),
    publishedAt: text('publishedAt'),
    tags: text('tags'),
    authors: text('authors'),
    aliases: text('aliases'),
    language: text('language'),
  };
}

/** True for the Publish button. */
export function isPublish(fields: FormFields): boolean {
  return fields['publish'] !== undefined;
}

/** The visibility in the form, whichever button was used. */
export function chosenStatus({ status }: FormFields): PostStatus {
  return status === 'published' || status === 'unlisted' ? status : 'draft';
}

/** Converts a form to a draft. Seconds come from `current`, as the form cannot show them. */
export function draftOfValues(
  values: PostFormValues,
  timeZone: string,
  current?: Post,
): { readonly draft: PostDraft; readonly problems: FieldProblems } {
  const problems: Record<string, string> = {};
  if (values.title.trim() === '') problems['title'] = 'A post needs a title.';
  if (values.markdown.length > MAX_MARKDOWN_CHARACTERS)
    problems['markdown'] =
      `The text has ${values.markdown.length.toLocaleString('en')} characters; the limit is ${MAX_MARKDOWN_CHARACTERS.toLocaleString('en')}. Split the post.`;
  const publishedAtMillis = momentOf(values.publishedAt, timeZone, current?.publishedAtMillis ?? null);
  if (publishedAtMillis === undefined)
    problems['publishedAt'] =
      `${JSON.stringify(values.publishedAt)} is not a date and time like 2026-03-14T12:00.`;
  return {
    problems,
    draft: {
      title: values.title,
      markdown: values.markdown,
      path: isUnchosen(values.path, current) ? undefined : values.path,
      description: values.description,
      status: values.status,
      publishedAtMillis: publishedAtMillis ?? null,
      tags: values.tags.split(','),
      authors: values.authors.split(','),
      aliases: values.aliases.split('\n').filter((line) => line.trim() !== ''),
      language: values.language,
    },
  };
}

/** Empty, or what the form showed of a draft. */
function isUnchosen(path: string, current: Post | undefined): boolean {
  return path.trim() === '' || (current?.status === 'draft' && path === current.path);
}

function momentOf(text: string, timeZone: string, current: number | null): number | null | undefined {
  if (text.trim() === '') return null;
  if (current !== null && text === toLocalInput(current, timeZone)) return current;
  return fromLocalInput(text, timeZone);
}
