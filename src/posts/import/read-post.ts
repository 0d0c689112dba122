import type { PostDraft } from '../post.ts';
import { slugOf } from '../post-path.ts';
import type { FrontMatter } from './front-matter.ts';

/** A source file as a draft, before its links are known. */
export interface SourcePost {
  readonly draft: PostDraft & { readonly path: string };
  /** From `updated` or `lastmod`; undefined: as published. */
  readonly updatedAtMillis: number | undefined;
  /** Names in the front matter that nothing here means. */
  readonly unknownKeys: readonly string[];
  /** What was decided for want of better knowledge, for the summary. */
  readonly notes: readonly string[];
}

/** Names that mean something here; `extra.`, `params.` and `taxonomies.` tables are looked into as well. */
const KNOWN_KEYS: ReadonlySet<string> = new Set([
  'path',
  'permalink',
  'url',
  'slug',
  'title',
  'author',
  'authors',
  'aliases',
  'redirect_from',
  'description',
  'summary',
  'excerpt',
  'date',
  'pubdate',
  'published_at',
  'updated',
  'lastmod',
  'draft',
  'published',
  'tags',
  'categories',
  'team',
  'release',
  'lang',
  'language',
]);
const TABLES = ['taxonomies', 'extra', 'params'] as const;
const FILE_DATE = /^(\d{4}-\d{2}-\d{2})[-_]?/;
const PATH_DATE = /(?:^|\/)(\d{4})[/-](\d{2})[/-](\d{2})(?:[/-]|$)/;

type Data = Readonly<Record<string, unknown>>;

/** A list written as an array, as `a, b`, or as objects with names. */
function words(...values: readonly unknown[]): string[] {
  return values
    .flatMap((value) => {
      if (typeof value === 'string') return value.split(',').map((word) => word.trim());
      if (typeof value === 'number') return [String(value)];
      if (Array.isArray(value))
        return value.flatMap((item) => (typeof item === 'string' ? [item.trim()] : words(item)));
      const name = (value as Data | null | undefined)?.['name'];
      return typeof name === 'string' ? [name] : [];
    })
    .filter((word) => word !== '');
}

function text(...values: readonly unknown[]): string | undefined {
  const value = values.find(
    (item) => (typeof item === 'string' && item.trim() !== '') || typeof item === 'number',
  );
  return value === undefined ? undefined : String(value).trim();
}

/** Epoch milliseconds; a day or a local time counts as UTC. */
function time(value: unknown): number | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.getTime();
  if (typeof value !== 'string') return undefined;
  const match =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?/i.exec(
      value.trim(),
    );
  if (match === null) return undefined;
  const zone =
    match[3] === undefined || /z/i.test(match[3]) ? 'Z' : match[3].replace(/^(...):?(..)$/, '$1:$2');
  const millis = Date.parse(`${match[1]}T${match[2] ?? '00:00'}${zone}`);
  return Number.isNaN(millis) ? undefined : millis;
}

/** `posts/2026-03-01-glass.md` → folder `posts`, name `glass`, date `2026-03-01`. */
function namesOf(relative: string): {
  readonly folder: string;
  readonly name: string;
  readonly date: string | undefined;
} {
  const parts = relative.replace(/\.[^./]+$/, '').split('/');
  if (parts.at(-1)!.toLowerCase() === 'index' && parts.length > 1) parts.pop();
  const file = parts.pop()!;
  const date = FILE_DATE.exec(file)?.[1];
  return {
    folder: parts.join('/'),
    name: slugOfFile(date === undefined ? file : file.replace(FILE_DATE, '')),
    date,
  };
}

function slugOfFile(name: string): string {
  return /^[\p{L}\p{N}._~@+-]+$/u.test(name) ? name : slugOf(name);
}

function pathFrom(data: Data, relative: string): string {
  const given = text(data['path'], data['permalink'], data['url']);
  // A permalink with `:title` or `{{…}}` is a pattern, and one with a scheme another site's.
  if (given !== undefined && !/[:{]/.test(given))
    return given.replace(/^\/+|\/+$/g, '').replace(/\/index\.html$/, '');
  const { folder, name, date } = namesOf(relative);
  const slug = text(data['slug']) ?? name;
  const section = /(?:^|\/)_(?:posts|drafts)$/.test(folder) ? (date?.replaceAll('-', '/') ?? '') : folder;
  return section === '' ? slug : `${section}/${slug}`;
}

function teamTag(value: unknown): string[] {
  const team = text(value)
    ?.replace(/^the\s+/i, '')
    .replace(/^rust\s+(?=\S+ team$)/i, '');
  return team === undefined ? [] : [team];
}

/** A text that begins with its own title as a heading would show it twice. */
function withoutTitle(body: string, title: string): string {
  const first = /^\s*#[ \t]+(.+?)[ \t#]*(?:\n|$)/.exec(body);
  const plain = (line: string): string =>
    line
      .replace(/[*_`\\]/g, '')
      .trim()
      .toLowerCase();
  return first !== null && plain(first[1]!) === plain(title)
    ? body.slice(first[0].length).replace(/^\n+/, '')
    : body;
}

/** What a file's front matter and place say of its post, for Zola, Hugo, Jekyll and their kin. Never throws. */
export function readPost(front: FrontMatter, relative: string): SourcePost {
  const data = front.data;
  const table = (name: string): Data =>
    typeof data[name] === 'object' && data[name] !== null ? (data[name] as Data) : {};
  const all: Data = Object.assign({}, ...TABLES.map(table), data) as Data;
  const notes: string[] = [];
  const path = pathFrom(all, relative);
  const names = namesOf(relative);
  const inPath = PATH_DATE.exec(path);
  const publishedAtMillis =
    time(all['date'] ?? all['pubdate'] ?? all['published_at']) ??
    time(inPath?.slice(1, 4).join('-')) ??
    time(names.date);
  const isDraft = all['draft'] === true || all['published'] === false || /(?:^|\/)_drafts\//.test(relative);
  if (publishedAtMillis === undefined && !isDraft) notes.push('has no date: unlisted');
  const heading = /^#[ \t]+(.+?)[ \t#]*$/m.exec(front.body)?.[1];
  const title = text(all['title']) ?? heading ?? names.name;
  if (text(all['title']) === undefined)
    notes.push(
      `has no title: ${heading === undefined ? 'named for its file' : 'named for its first heading'}`,
    );
  const markdown = withoutTitle(front.body, title);
  const categories = words(all['categories'], all['category']);
  return {
    draft: {
      title,
      path,
      markdown,
      description: text(all['description'], all['summary'], all['excerpt']),
      status: isDraft ? 'draft' : publishedAtMillis === undefined ? 'unlisted' : 'published',
      publishedAtMillis,
      tags: [
        ...words(all['tags']),
        ...categories,
        ...(all['release'] === true ? ['release'] : []),
        ...teamTag(all['team']),
      ],
      authors: words(all['authors'] ?? all['author']),
      aliases: words(all['aliases'], all['redirect_from']),
      language: text(all['language'], all['lang']),
    },
    updatedAtMillis: time(all['updated'] ?? all['lastmod']),
    unknownKeys: [
      ...Object.keys(data).filter(
        (key) => !KNOWN_KEYS.has(key) && !(TABLES as readonly string[]).includes(key),
      ),
      ...TABLES.flatMap((name) =>
        Object.keys(table(name))
          .filter((key) => !KNOWN_KEYS.has(key))
          .map((key) => `${name}.${key}`),
      ),
    ],
    notes,
  };
}
