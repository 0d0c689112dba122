import type { Post, PostDraft, PostStatus } from './post.ts';
import { PostDraftError } from './post-errors.ts';
import { tagKey } from './post-listings.ts';
import { pathKey } from '../process/address.ts';
import { checkPath } from './post-path.ts';

const MAX_TITLE_CHARACTERS = 300;
const MAX_DESCRIPTION_CHARACTERS = 1000;
const MAX_TAGS = 50;
const MAX_TAG_CHARACTERS = 80;

/** A draft with all fields resolved and checked, except the path, which may be derived later. */
export interface PostFields {
  readonly title: string;
  readonly description: string | undefined;
  readonly status: PostStatus;
  readonly publishedAtMillis: number | null;
  readonly tags: readonly string[];
  readonly authors: readonly string[];
  readonly aliases: readonly string[];
  /** Undefined: the blog's. */
  readonly language: string | undefined;
}

function oneLine(text: string, maxCharacters: number): string {
  return [
    ...text
      .normalize('NFC')
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .trim(),
  ]
    .slice(0, maxCharacters)
    .join('');
}

/** A tag as it is stored; empty if nothing is left. */
export function tagText(tag: string): string {
  return oneLine(tag, MAX_TAG_CHARACTERS);
}

function uniqueBy<T>(items: readonly T[], key: (item: T) => string): T[] {
  const seen = new Set<string>();
  return items.filter((item) => !seen.has(key(item)) && seen.add(key(item)));
}

function checkTime(millis: number | null): number | null {
  if (millis !== null && !(Number.isSafeInteger(millis) && Math.abs(millis) <= 8.64e15)) {
    throw new PostDraftError('publishedAtMillis', 'invalid', 'The time of publication is invalid.');
  }
  return millis;
}

function checkLanguage(tag: string): string | undefined {
  if (tag === '') return undefined;
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    throw new PostDraftError(
      'language',
      'invalid',
      `The language ${JSON.stringify(tag)} is not a language tag like en or pt-BR.`,
    );
  }
}

/**
 * Resolves what a save will write: undefined fields of the draft keep their value, and a post published without a time is published now.
 * Throws PostDraftError.
 */
export function decideFields(
  draft: PostDraft,
  current: Post | undefined,
  facts: {
    readonly now: number;
    /** The name of a tag that was renamed. */
    readonly tagName: (tag: string) => string;
  },
): PostFields {
  const title = oneLine(draft.title, MAX_TITLE_CHARACTERS);
  if (title === '') throw new PostDraftError('title', 'missing', 'A post needs a title.');
  const given =
    draft.publishedAtMillis === undefined ? (current?.publishedAtMillis ?? null) : draft.publishedAtMillis;
  const tags = draft.tags
    ?.map((tag) => tagText(tag))
    .filter((tag) => tag !== '')
    .map((tag) => facts.tagName(tag));
  return {
    title,
    description:
      draft.description === undefined
        ? current?.description
        : oneLine(draft.description, MAX_DESCRIPTION_CHARACTERS) || undefined,
    status: draft.status,
    publishedAtMillis: checkTime(draft.status === 'draft' ? given : (given ?? facts.now)),
    tags: tags === undefined ? (current?.tags ?? []) : uniqueBy(tags, tagKey).slice(0, MAX_TAGS),
    authors:
      draft.authors === undefined
        ? (current?.authors ?? [])
        : uniqueBy(
            draft.authors.map((name) => oneLine(name, MAX_TITLE_CHARACTERS)),
            (name) => name,
          ).filter((name) => name !== ''),
    aliases:
      draft.aliases === undefined
        ? (current?.aliases ?? [])
        : uniqueBy(
            draft.aliases.map((alias) => checkPath(alias, 'aliases')),
            pathKey,
          ),
    language: draft.language === undefined ? current?.language : checkLanguage(draft.language.trim()),
  };
}

/** Keeps a path that readers may know as an alias. */
export function aliasesAfter(fields: PostFields, path: string, before: Post): readonly string[] {
  const former = pathKey(path) !== pathKey(before.path) && before.status !== 'draft' ? [before.path] : [];
  return [...fields.aliases.filter((alias) => pathKey(alias) !== pathKey(before.path)), ...former].filter(
    (alias) => pathKey(alias) !== pathKey(path),
  );
}
