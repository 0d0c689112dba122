import { slugOf, trimSlashes } from '../post-path.ts';
import type { SiteFacts } from './site-facts.ts';

type Data = Readonly<Record<string, unknown>>;

/** Where a source's post stands, and where its generator had it. */
export interface SourceAddress {
  readonly path: string;
  /** Its other addresses at its generator. */
  readonly aliases: readonly string[];
  /** The path that earlier versions of this importer gave it. */
  readonly formerPath: string;
  /** Of its file, `YYYY-MM-DD`. */
  readonly date: string | undefined;
  /** Of its file, without ending and date. */
  readonly name: string;
}

const FILE_DATE = /^(\d{4}-\d{2}-\d{2})[-_]?/;
/** Zola's own rule: a date or a time, then `-` or `_`, then something. https://www.getzola.org/documentation/content/page/ */
const ZOLA_DATE = /^(\d{4}-\d{2}-\d{2})(?:T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?\s?[-_](?=.)/;
const JEKYLL_DATE = /^(\d{4}-\d{2}-\d{2})-(?=.)/;
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

/** `posts/2026-03-01-glass.md` → folder `posts`, file `2026-03-01-glass`; an `index.md` is named for its folder. */
function namesOf(relative: string): Names {
  const parts = relative.replace(/\.[^./]+$/, '').split('/');
  if (parts.at(-1)!.toLowerCase() === 'index' && parts.length > 1) parts.pop();
  const file = parts.pop()!;
  const folder = parts.join('/');
  return { folder, file, isInPosts: JEKYLL_FOLDER.test(folder) };
}

/** Letters, digits, emoji and the signs that an address can show stay; anything else becomes hyphens. */
function slugOfFile(name: string): string {
  return /^(?:[\p{L}\p{N}\p{M}._~@+-]|\p{Extended_Pictographic}|\u200D|\uFE0F)+$/u.test(name)
    ? name
    : slugOf(name);
}

/** `data` has lower-case names. `publishedAtMillis` is known by then, or undefined. */
export function sourceAddress(
  data: Data,
  relative: string,
  site: SiteFacts,
  facts: { readonly publishedAtMillis: number | undefined; readonly categories: readonly string[] },
): SourceAddress {
  const { folder, file, isInPosts } = namesOf(relative);
  const pattern = isInPosts ? JEKYLL_DATE : site.generator === 'zola' ? ZOLA_DATE : undefined;
  const stripped = pattern === undefined ? file : file.replace(pattern, '');
  const date = FILE_DATE.exec(file)?.[1];
  const name = slugOfFile(stripped);
  const slug = textOf(data['slug']) ?? name;
  const given = textOf(data['path'], data['permalink'], data['url']);
  const isPattern = given !== undefined && /[:{]/.test(given);
  const fixed =
    given !== undefined && !isPattern ? trimSlashes(given).replace(/\/index\.html$/, '') : undefined;
  const place = (own: string): string => {
    const section = isInPosts ? (date?.replaceAll('-', '/') ?? '') : folder;
    return section === '' ? own : `${section}/${own}`;
  };
  const path = fixed ?? place(slug);
  const former = slugOfFormerFile(date === undefined ? file : file.replace(FILE_DATE, ''));
  const atGenerator =
    fixed === undefined ? generatorPath(data, { folder, slug, isInPosts, date, site, facts }) : undefined;
  return {
    path,
    aliases: [
      ...(atGenerator === undefined || atGenerator === path ? [] : [atGenerator]),
      ...aliasesOf(data, path, site),
    ],
    formerPath: fixed ?? place(textOf(data['slug']) ?? former),
    date,
    name,
  };
}

function slugOfFormerFile(name: string): string {
  return /^[\p{L}\p{N}._~@+-]+$/u.test(name) ? name : slugOf(name);
}

/** Jekyll's and Hugo's permalink settings: of the post, of its section, of the site. */
function generatorPath(
  data: Data,
  {
    folder,
    slug,
    isInPosts,
    date,
    site,
    facts,
  }: {
    readonly folder: string;
    readonly slug: string;
    readonly isInPosts: boolean;
    readonly date: string | undefined;
    readonly site: SiteFacts;
    readonly facts: {
      readonly publishedAtMillis: number | undefined;
      readonly categories: readonly string[];
    };
  },
): string | undefined {
  const section = folder.split('/')[0] ?? '';
  const own = textOf(data['permalink'], data['url']);
  const written = own ?? (isInPosts ? (site.permalink ?? 'date') : site.permalinks[section]);
  if (written === undefined) return undefined;
  const day =
    facts.publishedAtMillis === undefined
      ? date
      : new Date(facts.publishedAtMillis).toISOString().slice(0, 10);
  const [year = '', month = '', dayOfMonth = ''] = day?.split('-') ?? [];
  const title = textOf(data['title']);
  const words: Readonly<Record<string, string>> = {
    categories: facts.categories.map((category) => slugOf(category)).join('/'),
    year,
    short_year: year.slice(2),
    month,
    i_month: String(Number(month)),
    day: dayOfMonth,
    i_day: String(Number(dayOfMonth)),
    y_day: day === undefined ? '' : dayOfYear(day),
    title: isInPosts || title === undefined ? slug : slugOf(title),
    slug,
    slugorfilename: slug,
    filename: slug,
    contentbasename: slug,
    slugorcontentbasename: slug,
    section,
    sections: folder,
    output_ext: '',
  };
  let isKnown = true;
  const path = (STYLES[written] ?? written).replace(/:(\w+)/g, (_, word: string) => {
    const value = words[word.toLowerCase()];
    isKnown &&= value !== undefined;
    return value ?? '';
  });
  return isKnown && !path.includes('{')
    ? trimSlashes(path.replace(/\/{2,}/g, '/')).replace(/\/index\.html$/, '')
    : undefined;
}

function dayOfYear(day: string): string {
  const millis = Date.parse(`${day}T00:00:00Z`);
  const first = Date.parse(`${day.slice(0, 4)}-01-01T00:00:00Z`);
  return String(Math.round((millis - first) / 86_400_000) + 1).padStart(3, '0');
}

/** Hugo's aliases without a leading slash lie beside the page; everybody else's at the root. */
function aliasesOf(data: Data, path: string, { generator }: SiteFacts): readonly string[] {
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '';
  return wordsOf(data['aliases'], data['redirect_from'], data['alias']).map((alias) => {
    const whole = generator === 'hugo' && !alias.startsWith('/') ? folder + alias : alias;
    return trimSlashes(whole.replace(/^https?:\/\/[^/]+/i, '')).replace(/(?:^|\/)index\.html?$/i, '');
  });
}

/** A list written as an array, as `a, b`, or as objects with names. */
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
