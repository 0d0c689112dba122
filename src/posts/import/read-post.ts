import { feedIdOf } from '../feed-id.ts';
import type { PostDraft } from '../post.ts';
import type { FrontMatter } from './front-matter.ts';
import { NO_SITE_FACTS, type SiteFacts } from './site-facts.ts';
import { sourceAddress, textOf, wordsOf } from './source-address.ts';
import { inheritedMatter, type FolderFacts } from './inherited-matter.ts';
import { sourceTime } from './source-time.ts';
import { sourceVisibility, type Entries } from './source-visibility.ts';

/** A source file as a draft, before its links are known. */
export interface SourcePost {
  readonly draft: PostDraft & { readonly path: string };
  /** Where earlier versions of this importer put it. */
  readonly formerPath: string;
  /** From `updated` or `lastmod`; undefined: as published. */
  readonly updatedAtMillis: number | undefined;
  /** Names in the front matter that nothing here means. */
  readonly unknownKeys: readonly string[];
  /** What was decided for want of better knowledge, for the summary. */
  readonly notes: readonly string[];
}

/** Names that mean something here, in lower case; `extra.`, `params.` and `taxonomies.` tables are looked into as well. */
const KNOWN_KEYS: ReadonlySet<string> = new Set(
  `path permalink url slug title author authors aliases alias redirect_from description summary excerpt date pubdate published_at
   publishdate publish_date published_date scheduled expirydate expiry_date expires expire unpublishdate unpublish_date updated lastmod
   draft published status visibility post_status private hidden unlisted headless unpublished public visible password build _build render
   eleventyexcludefromcollections tags tag categories category team release lang language id guid uuid`.split(
    /\s+/,
  ),
);
const TABLES = ['taxonomies', 'extra', 'params'] as const;
const PATH_DATE = /(?:^|\/)(\d{4})[/-](\d{2})[/-](\d{2})(?:[/-]|$)/;

type Data = Readonly<Record<string, unknown>>;

/** With lower-case names. */
export const lowerCased = (data: Data): Data =>
  Object.fromEntries(Object.entries(data).map(([key, value]) => [key.toLowerCase(), value]));

/** Jekyll takes a string with blanks for several words. */
function listOf(value: unknown, hasBlanks: boolean): string[] {
  return hasBlanks && typeof value === 'string' && !value.includes(',')
    ? value.split(/\s+/).filter(Boolean)
    : wordsOf(value);
}

function teamTag(value: unknown): string[] {
  const team = textOf(value)
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

export interface ReadPostOptions {
  readonly site?: SiteFacts;
  readonly nowMillis?: number;
  readonly folders?: FolderFacts;
}

const NO_FOLDERS = { sections: new Map(), bundles: new Set<string>() };

/** Every name of every table that may say who is to see it, in every spelling. */
function entriesOf(data: Data): Entries {
  const tables = Object.entries(data).filter(([name]) => /^(?:taxonomies|extra|params|meta)$/i.test(name));
  return [
    ...Object.entries(data),
    ...tables.flatMap(([, table]) =>
      typeof table === 'object' && table !== null && !Array.isArray(table) ? Object.entries(table) : [],
    ),
  ];
}

/**
 * What a file's front matter and place say of its post, for Zola, Hugo, Jekyll and their kin. Names are compared without regard to case.
 * Never throws.
 */
export function readPost(front: FrontMatter, relative: string, options: ReadPostOptions = {}): SourcePost {
  const { site = NO_SITE_FACTS, nowMillis = Date.now() } = options;
  const inherited = inheritedMatter(relative, site, options.folders ?? NO_FOLDERS, nowMillis);
  const data = lowerCased(front.data);
  const table = (name: string): Data =>
    typeof data[name] === 'object' && data[name] !== null ? lowerCased(data[name] as Data) : {};
  const all: Data = Object.assign({}, ...TABLES.map(table), data) as Data;
  const isJekyll = site.generator === 'jekyll' || /(?:^|\/)_(?:posts|drafts)\//.test(relative);
  const categories = [...listOf(all['categories'], isJekyll), ...wordsOf(all['category'])];
  const visibility = sourceVisibility([...entriesOf(front.data), ...inherited.entries], {
    hiddenBy: inherited.hiddenBy,
    fallbackMillis: dateInNames(all, relative, site),
    nowMillis,
  });
  const { status, publishedAtMillis } = visibility;
  const address = sourceAddress(all, relative, site, { publishedAtMillis, categories });
  const notes = [...visibility.notes];
  const heading = /^#[ \t]+(.+?)[ \t#]*$/m.exec(front.body)?.[1];
  const title = textOf(all['title']) ?? heading ?? address.name;
  if (textOf(all['title']) === undefined)
    notes.push(
      `has no title: ${heading === undefined ? 'named for its file' : 'named for its first heading'}`,
    );
  return {
    draft: {
      title,
      path: address.path,
      markdown: withoutTitle(front.body, title),
      description: textOf(all['description'], all['summary'], all['excerpt']),
      status,
      publishedAtMillis,
      tags: [
        ...listOf(all['tags'], isJekyll),
        ...wordsOf(all['tag']),
        ...categories,
        ...(all['release'] === true ? ['release'] : []),
        ...teamTag(all['team']),
      ],
      authors: wordsOf(all['authors'] ?? all['author']),
      aliases: address.aliases,
      language: textOf(all['language'], all['lang']),
      feedId: feedIdOf(textOf(all['guid'], all['uuid'], all['id']), {
        path: address.path,
        publishedAtMillis,
      }),
    },
    formerPath: address.formerPath,
    updatedAtMillis: sourceTime(all['updated'] ?? all['lastmod']),
    unknownKeys: unknownKeysOf(front.data, visibility.meant),
    notes,
  };
}

/** Names that decided nothing: neither here nor whether readers may see it. */
function unknownKeysOf(data: Data, meant: ReadonlySet<string>): string[] {
  const isUnknown = (key: string): boolean => !KNOWN_KEYS.has(key.toLowerCase()) && !meant.has(key);
  return Object.entries(data).flatMap(([name, value]) => {
    const isTable = (TABLES as readonly string[]).includes(name.toLowerCase());
    if (!isTable) return isUnknown(name) ? [name] : [];
    return typeof value === 'object' && value !== null
      ? Object.keys(value)
          .filter(isUnknown)
          .map((key) => `${name}.${key}`)
      : [];
  });
}

/** A day in the address or in the file's name, for a source that names no date. */
function dateInNames(data: Data, relative: string, site: SiteFacts): number | undefined {
  const address = sourceAddress(data, relative, site, { publishedAtMillis: undefined, categories: [] });
  return sourceTime(PATH_DATE.exec(address.path)?.slice(1, 4).join('-')) ?? sourceTime(address.date);
}
