import { globOf } from './glob.ts';
import type { SiteFacts } from './site-facts.ts';

type Data = Readonly<Record<string, unknown>>;

/** Keys of a cascade that a post takes besides its visibility. Not those that would give many posts one address or title. */
const INHERITED: ReadonlySet<string> = new Set(
  'author authors tags tag categories category description summary lang language math katex mathjax usemathjax use_math params'.split(
    ' ',
  ),
);

/** What a cascade gives a page: a table, or of several those whose target matches. A target that is not understood is assumed to match. */
export function cascaded(
  cascade: unknown,
  relative: string,
  site: Pick<SiteFacts, 'languages' | 'language'>,
): readonly (readonly [string, unknown])[] {
  return (Array.isArray(cascade) ? cascade : [cascade]).flatMap((each: unknown) => {
    if (typeof each !== 'object' || each === null) return [];
    const table = each as Data;
    const target = table['_target'] ?? table['target'];
    if (typeof target === 'object' && target !== null && !isTarget(target as Data, relative, site)) return [];
    // Hugo's `params` and, since 0.123, `build` are nested as in a page.
    return Object.entries(table).filter(([name]) => !/^_?target$/.test(name));
  });
}

/** Front matter that a page has unless it says otherwise; of several, the first one counts, as in Hugo. */
export function inheritedData(nearestFirst: readonly (readonly [string, unknown])[]): Data {
  const data: Record<string, unknown> = {};
  for (const [name, value] of nearestFirst) {
    const key = name.toLowerCase();
    if (INHERITED.has(key)) data[key] ??= value;
  }
  return data;
}

function isTarget(target: Data, relative: string, site: Pick<SiteFacts, 'languages' | 'language'>): boolean {
  const places = placesOf(relative, site);
  const facts: Readonly<Record<string, readonly string[]>> = {
    path: places.paths,
    lang: [places.language],
    kind: ['page'],
    environment: ['production'],
  };
  return Object.entries(target).every(([name, pattern]) => {
    const values = facts[name.toLowerCase()];
    if (values === undefined || typeof pattern !== 'string' || pattern === '') return true;
    const glob = globOf(pattern);
    return values.some((value) => glob.test(value));
  });
}

/** `posts/My Post.de.md` is `/posts/my-post` in Hugo since 0.123, and `/posts/My Post` before. */
function placesOf(
  relative: string,
  { languages, language }: Pick<SiteFacts, 'languages' | 'language'>,
): { readonly paths: readonly string[]; readonly language: string } {
  const whole = relative.replace(/\.[^./]+$/, '');
  const suffix = /\.([^./]+)$/.exec(whole)?.[1]?.toLowerCase();
  const isLanguage = suffix !== undefined && languages.includes(suffix);
  const named = isLanguage ? whole.slice(0, -suffix.length - 1) : whole;
  const path = `/${named.replace(/(?:^|\/)index$/i, '')}`;
  return { paths: [path, path.replaceAll(' ', '-')], language: isLanguage ? suffix : language };
}
