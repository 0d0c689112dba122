import path from 'node:path/posix';
import { pathKey, trimSlashes } from '../../process/address.ts';
import { slugOf } from '../post-path.ts';
import { hugoPath, jekyllSlug, permalinkDay } from './permalink-words.ts';
import type { SiteFacts } from './site-facts.ts';

type Data = Readonly<Record<string, unknown>>;

/** The address of a source's post, and its former addresses. */
export interface SourceAddress {
  readonly path: string;
  /** Its aliases at its generator. */
  readonly aliases: readonly string[];
  /** Its path in earlier versions of this importer. */
  readonly formerPath: string;
  /** The date in its file name, `YYYY-MM-DD`. */
  readonly date: string | undefined;
  /** Its file name as it is, without ending and date. */
  readonly name: string;
}

const FILE_DATE = /^(\d{4}-\d{2}-\d{2})[-_]?/;
const UNUSABLE = /[\p{Cc}\p{Zs}\p{Zl}\p{Zp}\\?#%"<>]/u;
/** Zola's rule: a date or time, then `-` or `_`, then something. https://www.getzola.org/documentation/content/page/ */
const ZOLA_DATE = /^(\d{4}-\d{2}-\d{2})(?:T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?\s?[-_](?=.)/;
const JEKYLL_DATE = /^(\d{4}-\d{1,2}-\d{1,2})-(?=.)/;
const JEKYLL_FOLDER = /(?:^|\/)_(?:posts|drafts)(?:\/|$)/;

const STYLES: Readonly<Record<string, string>> = {
  date: '/:categories/:year/:month/:day/:title',
  pretty: '/:categories/:year/:month/:day/:title',
  ordinal: '/:categories/:year/:y_day/:title',
  none: '/:categories/:title',
};

interface Names {
  readonly folder: string;
  /** Without its ending. */
  readonly file: string;
  readonly isInPosts: boolean;
}

/** `posts/2026-03-01-glass.md` → folder `posts`, file `2026-03-01-glass`; an `index.md` is named after its folder. */
function namesOf(relative: string): Names {
  const parts = relative.replace(/\.[^./]+$/, '').split('/');
  if (parts.at(-1)!.toLowerCase() === 'index' && parts.length > 1) parts.pop();
  const file = parts.pop()!;
  const folder = parts.join('/');
  return { folder, file, isInPosts: JEKYLL_FOLDER.test(folder) };
}

/** Keeps letters, digits, emoji and unreserved characters; anything else becomes a hyphen. */
function slugOfFile(name: string): string {
  return /^(?:[\p{L}\p{N}\p{M}._~@+-]|\p{Extended_Pictographic}|\u200D|\uFE0F)+$/u.test(name)
    ? name
    : slugOf(name);
}

/** What an address may be made of, besides the front matter. */
interface AddressFacts {
  readonly publishedAtMillis: number | undefined;
  readonly categories: readonly string[];
  /** In which dates without a time were read. */
  readonly timeZone: string;
}

/** Expects lower-case keys in `data`. */
export function sourceAddress(
  data: Data,
  relative: string,
  site: SiteFacts,
  facts: AddressFacts,
): SourceAddress {
  const { folder, file, isInPosts } = namesOf(relative);
  const hasDates = isInPosts || site.generator === 'eleventy';
  const pattern = hasDates ? JEKYLL_DATE : site.generator === 'zola' ? ZOLA_DATE : undefined;
  const stripped = pattern === undefined ? file : file.replace(pattern, '');
  const date = dayOf((isInPosts ? JEKYLL_DATE : FILE_DATE).exec(file)?.[1]);
  const slug = usable(textOf(data['slug']) ?? slugOfFile(stripped));
  const given = textOf(data['path'], data['permalink'], data['url']);
  const isPattern = given !== undefined && /[:{]/.test(given);
  const fixed =
    given !== undefined && !isPattern ? usable(trimSlashes(given).replace(/\/index\.html$/, '')) : undefined;
  const place = (own: string): string => {
    const section = isInPosts ? (date?.replaceAll('-', '/') ?? '') : folder;
    return section === '' ? own : `${section}/${own}`;
  };
  const own = fixed ?? place(slug);
  const atGenerator =
    fixed === undefined
      ? generatorPath(data, { folder, slug, stripped, isInPosts, date, site, facts })
      : given === undefined
        ? undefined
        : trimSlashes(given);
  return {
    path: own,
    aliases: [
      ...(atGenerator === undefined || pathKey(atGenerator) === pathKey(own) ? [] : [atGenerator]),
      ...aliasesOf(data, own, site),
    ],
    formerPath: formerPathOf(data, folder, file),
    date,
    name: stripped,
  };
}

/** `2024-1-2` → `2024-01-02`. */
function dayOf(date: string | undefined): string | undefined {
  return date?.replaceAll(/-(\d)(?=-|$)/g, '-0$1');
}

/** Replaces characters that are invalid in addresses by hyphens. */
function usable(path: string): string {
  return path
    .split('/')
    .map((part) => (UNUSABLE.test(part) ? slugOf(part) : part))
    .join('/');
}

/** Exactly as earlier versions derived it. */
function formerPathOf(data: Data, folder: string, file: string): string {
  const given = textOf(data['path'], data['permalink'], data['url']);
  if (given !== undefined && !/[:{]/.test(given)) return trimSlashes(given).replace(/\/index\.html$/, '');
  const date = FILE_DATE.exec(file)?.[1];
  const name = file.replace(FILE_DATE, '');
  const slug = textOf(data['slug']) ?? (/^[\p{L}\p{N}._~@+-]+$/u.test(name) ? name : slugOf(name));
  const isInPosts = /(?:^|\/)_(?:posts|drafts)$/.test(folder);
  const section = isInPosts ? (date?.replaceAll('-', '/') ?? '') : folder;
  return section === '' ? slug : `${section}/${slug}`;
}

/** Jekyll's and Hugo's permalink settings: of the post, its section, the site. */
function generatorPath(
  data: Data,
  {
    folder,
    slug,
    stripped,
    isInPosts,
    date,
    site,
    facts,
  }: {
    readonly folder: string;
    readonly slug: string;
    /** The file name as it is, without its date. */
    readonly stripped: string;
    readonly isInPosts: boolean;
    readonly date: string | undefined;
    readonly site: SiteFacts;
    readonly facts: AddressFacts;
  },
): string | undefined {
  const section = folder.split('/')[0] ?? '';
  const own = textOf(data['permalink'], data['url']);
  const collection = site.collections.get(section.slice(1));
  const written = own ?? (isInPosts ? (site.permalink ?? 'date') : (collection ?? site.permalinks[section]));
  const given = textOf(data['slug']) ?? stripped;
  if (written === undefined && site.generator === 'hugo') return hugoPath(folder, given);
  if (written === undefined) return undefined;
  const day = permalinkDay(
    facts.publishedAtMillis,
    date,
    { site: site.timeZone, ofDays: facts.timeZone },
    data['date'],
  );
  const [year = '', month = '', dayOfMonth = ''] = day?.split('-') ?? [];
  const title = textOf(data['title']);
  // Folders above `_posts` are categories.
  const above = isInPosts ? folder.replace(/(?:^|\/)_(?:posts|drafts)(?:\/.*)?$/, '').split('/') : [];
  const categories = [...above.filter(Boolean), ...facts.categories].map((name) => name.toLowerCase());
  const words: Readonly<Record<string, string>> = {
    categories: [...new Set(categories)].join('/'),
    year,
    short_year: year.slice(2),
    month,
    i_month: String(Number(month)),
    day: dayOfMonth,
    i_day: String(Number(dayOfMonth)),
    y_day: day === undefined ? '' : dayOfYear(day),
    title: isInPosts ? jekyllSlug(given) : title === undefined ? slug : slugOf(title),
    slug: isInPosts ? slugOf(given) : slug,
    slugorfilename: slug,
    filename: slug,
    contentbasename: slug,
    slugorcontentbasename: slug,
    collection: section.slice(1),
    name: slug,
    path: [...folder.split('/').slice(1), stripped].join('/'),
    section,
    sections: folder,
    output_ext: '',
  };
  let isKnown = true;
  const made = (STYLES[written] ?? written).replace(/:(\w+)/g, (_, word: string) => {
    const value = words[word.toLowerCase()];
    isKnown &&= value !== undefined;
    return value ?? '';
  });
  return isKnown && !made.includes('{')
    ? trimSlashes(made.replace(/\/{2,}/g, '/')).replace(/\/index\.html$/, '')
    : undefined;
}

function dayOfYear(day: string): string {
  const millis = Date.parse(`${day}T00:00:00Z`);
  const first = Date.parse(`${day.slice(0, 4)}-01-01T00:00:00Z`);
  return String(Math.round((millis - first) / 86_400_000) + 1).padStart(3, '0');
}

/** Hugo's aliases without a leading slash are relative to the page; those of other generators to the root. */
function aliasesOf(data: Data, own: string, { generator }: SiteFacts): readonly string[] {
  const folder = own.includes('/') ? own.slice(0, own.lastIndexOf('/') + 1) : '';
  return wordsOf(data['aliases'], data['redirect_from'], data['alias']).map((alias) => {
    const whole =
      generator === 'hugo' && !/^(?:\/|https?:)/i.test(alias) ? path.join('/', folder, alias) : alias;
    return trimSlashes(whole.replace(/^https?:\/\/[^/]+/i, '')).replace(/(?:^|\/)index\.html?$/i, '');
  });
}

/** Parses a list: an array, `a, b`, or objects with a name. */
export function wordsOf(...values: readonly unknown[]): string[] {
  return values
    .flatMap((value) => {
      if (typeof value === 'string') return value.split(',').map((word) => word.trim());
      if (typeof value === 'number' || typeof value === 'boolean') return [String(value)];
      if (Array.isArray(value))
        return value.flatMap((item) => (typeof item === 'string' ? [item.trim()] : wordsOf(item)));
      const name = (value as Data | null | undefined)?.['name'];
      return typeof name === 'string' ? [name] : [];
    })
    .filter((word) => word !== '');
}

export function textOf(...values: readonly unknown[]): string | undefined {
  const value = values.find(
    (item) => (typeof item === 'string' && item.trim() !== '') || typeof item === 'number',
  );
  return value === undefined ? undefined : String(value).trim();
}
