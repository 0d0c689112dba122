import { foldersAbove } from './folder-data.ts';
import { cascaded, inheritedData } from './hugo-cascade.ts';
import { jekyllDefaults, reaches } from './jekyll-defaults.ts';
import type { SiteFacts } from './site-facts.ts';
import { sourceVisibility, type Entries } from './source-visibility.ts';

type Data = Readonly<Record<string, unknown>>;

/** What a source inherits from its place in the tree. */
export interface InheritedMatter {
  /** Defaults of sections and of the site that may hide it. */
  readonly entries: Entries;
  /** Front matter that it has unless it says otherwise. */
  readonly data: Data;
  /** Why its generator creates no page from it, or not yet. */
  readonly hiddenBy: string | undefined;
}

/** Facts of a tree's folders that apply to the texts in them. */
export interface FolderFacts {
  /** The front matter of each folder's `_index.md`. */
  readonly sections: ReadonlyMap<string, Data>;
  /** Folders with an `index.md`: for Hugo, everything below them belongs to that page. */
  readonly bundles: ReadonlySet<string>;
}

/**
 * Hugo 0.111 and Zola publish nothing below a section that is a draft, expired or not published yet. Hugo's `cascade` and Jekyll's
 * `defaults` add front matter to every page they match.
 */
export function inheritedMatter(
  { relative, own: written }: { readonly relative: string; readonly own: Data },
  site: SiteFacts,
  { sections, bundles }: FolderFacts,
  { nowMillis, timeZone }: { readonly nowMillis: number; readonly timeZone: string },
): InheritedMatter {
  const defaults = jekyllDefaults(site.defaults, relative);
  const entries: (readonly [string, unknown])[] = [
    ...cascaded(site.cascade, relative, site),
    // What the text says itself counts instead.
    ...Object.entries(defaults).filter(([name]) => !(name in written)),
  ];
  /** The nearest first. */
  const cascades = [cascaded(site.cascade, relative, site)];
  let hiddenBy = hiddenByPlace(relative, site);
  const own = relative.replace(/\/index\.[^./]+$/i, '');
  for (const folder of foldersAbove(relative)) {
    if (site.generator === 'hugo' && folder !== own && bundles.has(folder))
      hiddenBy ??= `Hugo makes it a part of ${folder}/index.md, not a page`;
    const section = sections.get(folder);
    if (section === undefined) continue;
    const its = sourceVisibility(Object.entries(section), { fallbackMillis: 0, nowMillis, timeZone });
    if (its.status === 'draft' || (its.publishedAtMillis ?? 0) > nowMillis)
      hiddenBy ??= `its section ${folder === '' ? '/' : folder} is not public`;
    cascades.unshift(cascaded(section['cascade'], relative, site));
    entries.push(...cascades[0]!);
  }
  return { entries, data: { ...defaults, ...inheritedData(cascades.flat()) }, hiddenBy };
}

function hiddenByPlace(relative: string, { generator, collections, exclude }: SiteFacts): string | undefined {
  if (/(?:^|\/)_drafts?\//i.test(relative)) return 'is in a folder of drafts';
  if (generator === 'hugo' || generator === 'zola' || generator === 'glasshouse') return undefined;
  const special = relative
    .split('/')
    .find((part) => /^[_#~]/.test(part) && part !== '_posts' && !collections.has(part.slice(1)));
  if (special !== undefined) return `Jekyll creates no page from ${special}`;
  if (generator !== 'jekyll')
    return /(?:^|\/)(?:drafts?|private|archetypes)\//i.test(relative)
      ? 'its folder may not be public'
      : undefined;
  if (exclude.some((place) => reaches(place.replace(/^\//, ''), relative)))
    return 'is excluded by _config.yml';
  // Hexo uses the same settings file, but dates posts in front matter.
  if (/(?:^|\/)_posts\//.test(relative) && !/^source\/|\d{2,4}-\d{1,2}-\d{1,2}-[^/]+$/.test(relative))
    return 'Jekyll creates no post from a file without a date in its name';
  return undefined;
}
