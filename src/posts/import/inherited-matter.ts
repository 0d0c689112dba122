import type { SiteFacts } from './site-facts.ts';
import { sourceVisibility, type Entries } from './source-visibility.ts';

type Data = Readonly<Record<string, unknown>>;

/** What a source has from its place in the tree. */
export interface InheritedMatter {
  /** Defaults of sections and of the site that may hide it. */
  readonly entries: Entries;
  /** Why its generator makes no page of it, or not yet. */
  readonly hiddenBy: string | undefined;
}

/** What the folders of a tree say of the texts in them. */
export interface FolderFacts {
  /** The front matter of each folder's `_index.md`. */
  readonly sections: ReadonlyMap<string, Data>;
  /** Folders with an `index.md`: for Hugo all that is below them is a part of that one page. */
  readonly bundles: ReadonlySet<string>;
}

/**
 * Hugo 0.111 and Zola publish nothing below a section that is a draft, has expired or is not published yet, and Hugo's `cascade` and
 * Jekyll's `defaults` are front matter of every page they reach.
 */
export function inheritedMatter(
  relative: string,
  site: SiteFacts,
  { sections, bundles }: FolderFacts,
  nowMillis: number,
): InheritedMatter {
  const entries: (readonly [string, unknown])[] = [
    ...cascaded(site.cascade, relative),
    ...site.defaults.flatMap(({ path, values }) => (reaches(path, relative) ? Object.entries(values) : [])),
  ];
  let hiddenBy = hiddenByPlace(relative, site);
  const own = relative.replace(/\/index\.[^./]+$/i, '');
  for (const folder of foldersOf(relative)) {
    if (site.generator === 'hugo' && folder !== own && bundles.has(folder))
      hiddenBy ??= `Hugo makes it a part of ${folder}/index.md, no page`;
    const section = sections.get(folder);
    if (section === undefined) continue;
    const its = sourceVisibility(Object.entries(section), { fallbackMillis: 0, nowMillis });
    if (its.status === 'draft' || (its.publishedAtMillis ?? 0) > nowMillis)
      hiddenBy ??= `its section ${folder === '' ? '/' : folder} is not public`;
    entries.push(...cascaded(section['cascade'], relative));
  }
  return { entries, hiddenBy };
}

/** `a/b/c.md` → ``, `a`, `a/b`. */
function foldersOf(relative: string): readonly string[] {
  const parts = relative.split('/').slice(0, -1);
  return ['', ...parts.map((_, index) => parts.slice(0, index + 1).join('/'))];
}

function hiddenByPlace(relative: string, { generator, collections, exclude }: SiteFacts): string | undefined {
  if (/(?:^|\/)_drafts?\//i.test(relative)) return 'is among the drafts';
  if (generator === 'hugo' || generator === 'zola') return undefined;
  const special = relative
    .split('/')
    .find((part) => /^[_#~]/.test(part) && part !== '_posts' && !collections.has(part.slice(1)));
  if (special !== undefined) return `Jekyll makes no page of ${special}`;
  if (generator === 'other')
    return /(?:^|\/)(?:drafts?|private|archetypes)\//i.test(relative)
      ? 'its folder is not surely public'
      : undefined;
  if (exclude.some((place) => reaches(place, relative))) return 'is excluded by _config.yml';
  // Hexo has the same settings file and dates its posts inside.
  if (/(?:^|\/)_posts\//.test(relative) && !/^source\/|\d{2,4}-\d{1,2}-\d{1,2}-[^/]+$/.test(relative))
    return 'Jekyll makes no post of a file that is not named for its day';
  return undefined;
}

/** A scope of Jekyll: a folder, a file or a pattern. One without a path reaches everything. */
function reaches(place: string, relative: string): boolean {
  const path = place.replace(/^\//, '');
  return path.includes('*') ? globOf(`${path}{,/**}`).test(relative) : relative.startsWith(path);
}

/** A table, or several with a target each; a target that is not a path is taken to reach the page. */
function cascaded(cascade: unknown, relative: string): readonly (readonly [string, unknown])[] {
  return (Array.isArray(cascade) ? cascade : [cascade]).flatMap((each: unknown) => {
    if (typeof each !== 'object' || each === null) return [];
    const table = each as Data;
    const target = (table['_target'] ?? table['target']) as Data | null | undefined;
    const path = typeof target === 'object' ? target?.['path'] : undefined;
    if (typeof path === 'string' && !globOf(path).test(`/${relative.replace(/(?:\/index)?\.[^./]+$/, '')}`))
      return [];
    // Hugo's `params` and, since 0.123, `build` stand inside as in a page.
    return Object.entries(table).filter(([name]) => !/^_?target$/.test(name));
  });
}

/** `*`, `**`, `?` and `{a,b}`. */
function globOf(pattern: string): RegExp {
  const source = pattern
    .toLowerCase()
    .replaceAll(/[.+^$()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('?', '[^/]')
    .replaceAll(/\{([^{}]*)\}/g, (_, words: string) => `(?:${words.replaceAll(',', '|')})`)
    .replaceAll('**', '\u0000')
    .replaceAll('*', '[^/]*')
    .replaceAll('\u0000', '.*');
  return new RegExp(`^${source}$`, 'i');
}
