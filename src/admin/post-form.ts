import type { FormFields } from '../http/form-body.ts';
import type { FieldProblems } from '../accounts/form-parts.ts';
import type { Post, PostDraft, PostStatus } from '../posts/post.ts';
import { fromLocalInput, toLocalInput } from './zoned-time.ts';

/** Everything the editor shows, as text: what was typed comes back as it was. */
export interface PostFormValues {
  readonly title: string;
  readonly markdown: string;
  readonly path: string;
  readonly description: string;
  readonly status: PostStatus;
  /** Wall time in the blog's zone, or empty. */
  readonly publishedAt: string;
  /** With commas between. */
  readonly tags: string;
  readonly authors: string;
  /** One a line. */
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
    language: post.language,
  };
}

/** What came, by field; a button may say `publish` over the chosen status. */
export function valuesOfForm(fields: FormFields): PostFormValues {
  const text = (name: keyof PostFormValues): string => fields[name] ?? '';
  const status = fields['publish'] === undefined ? text('status') : 'published';
  return {
    title: text('title'),
    markdown: text('markdown'),
    path: text('path'),
    description: text('description'),
    status: status === 'published' || status === 'unlisted' ? status : 'draft',
    publishedAt: text('publishedAt'),
    tags: text('tags'),
    authors: text('authors'),
    aliases: text('aliases'),
    language: text('language'),
  };
}

/** The draft that a form means; `current` keeps its seconds, which the form cannot show. */
export function draftOfValues(
  values: PostFormValues,
  timeZone: string,
  current?: Post,
): { readonly draft: PostDraft; readonly problems: FieldProblems } {
  const problems: Record<string, string> = {};
  if (values.title.trim() === '') problems['title'] = 'A post needs a title.';
  if (values.markdown.length > MAX_MARKDOWN_CHARACTERS)
    problems['markdown'] =
      `The text has ${values.markdown.length.toLocaleString('en')} characters; a post may have ${MAX_MARKDOWN_CHARACTERS.toLocaleString('en')}. Divide it.`;
  const publishedAtMillis = momentOf(values.publishedAt, timeZone, current?.publishedAtMillis ?? null);
  if (publishedAtMillis === undefined)
    problems['publishedAt'] =
      `${JSON.stringify(values.publishedAt)} is not a date and time like 2026-03-14T12:00.`;
  return {
    problems,
    draft: {
      title: values.title,
      markdown: values.markdown,
      path: values.path.trim() === '' ? undefined : values.path,
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

function momentOf(text: string, timeZone: string, current: number | null): number | null | undefined {
  if (text.trim() === '') return null;
  if (current !== null && text === toLocalInput(current, timeZone)) return current;
  return fromLocalInput(text, timeZone);
}
