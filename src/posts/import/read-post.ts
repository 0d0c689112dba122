import type { ExportedPost } from '../export/exported-post.ts';
import { dayIn } from '../../markup/zoned-time.ts';
import { feedIdOf } from '../feed-id.ts';
import type { PostDraft } from '../post.ts';
import type { FrontMatter } from './front-matter.ts';
import { tagsInNote } from './obsidian-notes.ts';
import { NO_SITE_FACTS, type SiteFacts } from './site-facts.ts';
import { sourceAddress, textOf, wordsOf } from './source-address.ts';
import { inheritedMatter, type FolderFacts } from './inherited-matter.ts';
import { languageInName } from './source-language.ts';
import { sourceTime } from './source-time.ts';
import { sourceVisibility, type Entries, type SourceVisibility } from './source-visibility.ts';

/** A source file as a draft, before its links are resolved. */
export interface SourcePost {
  readonly draft: PostDraft & { readonly path: string };
  /** Its path in earlier versions of this importer. */
  readonly formerPath: string;
  /** From `updated` or `lastmod`; undefined: same as published. */
  readonly updatedAtMillis: number | undefined;
  /** The blog's zone, if the source gives a day of publication, and no moment. */
  readonly publishedIn?: string | undefined;
  /** The same of `updatedAtMillis`; without one, of the day of publication. */
  readonly updatedIn?: string | undefined;
  /** Unused keys of the front matter. */
  readonly unknownKeys: readonly string[];
  /** Its front matter says that it has formulas. */
  readonly hasMath?: boolean;
  /** Assumptions, for the summary. */
  readonly notes: readonly string[];
  /** What its text had and this one lacks. */
  readonly lost?: readonly string[];
  /** Of a post that this blog exported: its text is taken as it is. */
  readonly exported?: Pick<ExportedPost, 'createdAtMillis' | 'deletedAtMillis' | 'order'>;
}

/** Known keys in lower case; the tables `extra`, `params` and `taxonomies` are searched too. */
const KNOWN_KEYS: ReadonlySet<string> = new Set(
  `path permalink url slug title author authors aliases alias redirect_from description summary excerpt date pubdate published_at
   publishdate publish_date published_date scheduled expirydate expiry_date expires expire unpublishdate unpublish_date updated lastmod
   draft published status visibility post_status private hidden unlisted headless unpublished public visible password build _build render
   eleventyexcludefromcollections tags tag categories category team release lang language id guid uuid
   math katex mathjax usemathjax use_math
   encoding updateddate updated_at updatedat last_modified_at modified datemodified heroimage heroimagealt coverimage feature_image`.split(
    /\s+/,
  ),
);
const UPDATED =
  'updated lastmod updateddate updated_at updatedat last_modified_at modified datemodified'.split(' ');
/** As themes of Hugo, Zola and Jekyll call it. */
const MATH = 'math katex mathjax usemathjax use_math'.split(' ');
const TABLES = ['taxonomies', 'extra', 'params'] as const;
const PATH_DATE = /(?:^|\/)(\d{4})[/-](\d{2})[/-](\d{2})(?:[/-]|$)/;

type Data = Readonly<Record<string, unknown>>;

/** Of these, no moment is on the same day. */
const FIRST_ZONE = 'Etc/GMT-14';
const LAST_ZONE = 'Etc/GMT+12';

/** The first moment of a day of the zone as that of the day in UTC; without a zone, the moment. */
export function dayMillis<T extends number | null | undefined>(
  millis: T,
  timeZone: string | undefined,
): T | number {
  if (typeof millis !== 'number' || timeZone === undefined) return millis;
  const { year, month, day } = dayIn(millis, timeZone);
  return new Date(0).setUTCFullYear(year, month - 1, day);
}

/** With lower-case keys. */
export const lowerCased = (data: Data): Data =>
  Object.fromEntries(Object.entries(data).map(([key, value]) => [key.toLowerCase(), value]));

/** Jekyll splits a string at blanks. */
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

/** A heading's text without the signs that may close it. */
const withoutClosing = (heading: string): string => heading.replace(/(?<![ \t#])[ \t#]+$/, '');

/** Removes a first heading that repeats the title. */
function withoutTitle(body: string, title: string): string {
  const first = /^\s*#[ \t]+(.+)(?:\n|$)/.exec(body);
  const plain = (line: string): string =>
    line
      .replace(/[*_`\\]/g, '')
      .trim()
      .toLowerCase();
  return first !== null && plain(withoutClosing(first[1]!)) === plain(title)
    ? body.slice(first[0].length).replace(/^\n+/, '')
    : body;
}

/** With the picture that themes of Astro and Next show above the text. */
function withPicture(data: Data, body: string): string {
  const [src] = [data['heroimage'], data['coverimage'], data['feature_image']].filter(
    (value) => typeof value === 'string' && value !== '',
  );
  if (typeof src !== 'string' || body.includes(src)) return body;
  const alt = (textOf(data['heroimagealt']) ?? '').replaceAll(/[[\]\n]/g, ' ');
  return `![${alt}](<${src}>)\n\n${body}`;
}

export interface ReadPostOptions {
  readonly site?: SiteFacts;
  readonly nowMillis?: number;
  /** IANA name of the blog's zone, for dates without one; the site's own takes precedence. Default UTC. */
  readonly timeZone?: string;
  readonly folders?: FolderFacts;
}

const NO_FOLDERS = { sections: new Map(), bundles: new Set<string>() };

/** All keys of all tables that may affect visibility, in every spelling. */
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
 * Reads a post from a file's front matter and place, for Zola, Hugo, Jekyll and similar. Keys are compared without case.
 * Never throws.
 */
export function readPost(front: FrontMatter, relative: string, options: ReadPostOptions = {}): SourcePost {
  const { site = NO_SITE_FACTS, nowMillis = Date.now() } = options;
  const timeZone = site.timeZone ?? options.timeZone ?? 'UTC';
  // Hugo reads times without a zone in that of its settings.
  const clockZone = site.generator === 'hugo' ? site.timeZone : undefined;
  const inherited = inheritedMatter({ relative, own: front.data }, site, options.folders ?? NO_FOLDERS, {
    nowMillis,
    timeZone,
  });
  const inheritedData = lowerCased(inherited.data);
  const data = { ...inheritedData, ...lowerCased(front.data) };
  const table = (name: string): Data =>
    typeof data[name] === 'object' && data[name] !== null ? lowerCased(data[name] as Data) : {};
  const all: Data = Object.assign({}, ...TABLES.map(table), data) as Data;
  const isJekyll = site.generator === 'jekyll' || /(?:^|\/)_(?:posts|drafts)\//.test(relative);
  // Jekyll adds a text's categories to those of its defaults; everything else replaces them.
  const above = isJekyll ? listOf(inheritedData['categories'], true) : [];
  const categories = [
    ...new Set([...above, ...listOf(all['categories'], isJekyll), ...wordsOf(all['category'])]),
  ];
  const visibilityIn = (timeZone: string): SourceVisibility =>
    sourceVisibility([...entriesOf(front.data), ...inherited.entries], {
      hiddenBy: inherited.hiddenBy,
      fallbackMillis: dateInNames(all, relative, site, timeZone),
      nowMillis,
      timeZone,
      clockZone,
    });
  const visibility = visibilityIn(timeZone);
  const { publishedAtMillis } = visibility;
  const updated = UPDATED.map((key) => all[key]).find(Boolean);
  /** The blog's zone, if a date is another moment in another zone. */
  const zoneOf = (momentIn: (timeZone: string) => number | undefined): string | undefined =>
    site.timeZone === undefined && momentIn(FIRST_ZONE) !== momentIn(LAST_ZONE) ? timeZone : undefined;
  const publishedIn = zoneOf((zone) => visibilityIn(zone).publishedAtMillis);
  const isNote = site.generator === 'obsidian' && visibility.status !== 'draft';
  const isPrivate = isNote && publishedAtMillis === undefined && all['publish'] !== true;
  const address = sourceAddress(all, relative, site, { publishedAtMillis, categories, timeZone });
  const notes = isPrivate
    ? ['a note without a date or `publish: true`: imported as a draft']
    : [...visibility.notes];
  const heading = withoutClosing(/^#[ \t]+(.+)$/m.exec(front.body)?.[1] ?? '') || undefined;
  const title = textOf(all['title']) ?? heading ?? address.name;
  if (textOf(all['title']) === undefined)
    notes.push(
      `has no title: ${heading === undefined ? 'named after its file' : 'named after its first heading'}`,
    );
  return {
    draft: {
      title,
      path: address.path,
      markdown: withPicture(all, withoutTitle(front.body, title)),
      description: textOf(all['description'], all['summary'], all['excerpt']),
      status: isPrivate ? 'draft' : visibility.status,
      publishedAtMillis,
      tags: [
        ...listOf(all['tags'], isJekyll),
        ...wordsOf(all['tag']),
        ...(site.generator === 'obsidian' ? tagsInNote(front.body) : []),
        ...categories,
        ...(all['release'] === true ? ['release'] : []),
        ...teamTag(all['team']),
      ],
      authors: wordsOf(all['authors'] ?? all['author']),
      aliases: address.aliases,
      language: textOf(all['language'], all['lang']) ?? languageInName(relative, site),
      feedId: feedIdOf(textOf(all['guid'], all['uuid'], all['id']), {
        path: address.path,
        // The same in every zone.
        publishedAtMillis: dayMillis(publishedAtMillis, publishedIn),
      }),
    },
    formerPath: address.formerPath,
    updatedAtMillis: sourceTime(updated, timeZone, clockZone),
    publishedIn,
    updatedIn:
      sourceTime(updated, timeZone) === undefined ? publishedIn : zoneOf((zone) => sourceTime(updated, zone)),
    // Some name the library: `math: katex`.
    hasMath: MATH.some(
      (key) => all[key] === true || /^(?:true|katex|mathjax)$/i.test(textOf(all[key]) ?? ''),
    ),
    unknownKeys: unknownKeysOf(front.data, visibility.meant),
    notes,
  };
}

/** Keys that had no effect, neither here nor on visibility. */
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

/** The date in the address or the file name, for a source without a date. */
function dateInNames(data: Data, relative: string, site: SiteFacts, timeZone: string): number | undefined {
  const address = sourceAddress(data, relative, site, {
    publishedAtMillis: undefined,
    categories: [],
    timeZone,
  });
  const written = PATH_DATE.exec(address.path)?.slice(1, 4).join('-');
  return sourceTime(written, timeZone) ?? sourceTime(address.date, timeZone);
}
