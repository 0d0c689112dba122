import { globOf } from './glob.ts';

type Data = Readonly<Record<string, unknown>>;

/** Front matter that Jekyll's `_config.yml` gives to the pages of a scope. */
export interface JekyllDefaults {
  /** A folder, a file, the beginning of either, or a pattern; empty: everywhere. */
  readonly path: string;
  /** `posts`, `pages` or a collection; undefined: all. */
  readonly type: string | undefined;
  readonly values: Data;
}

/**
 * The front matter that a source has unless it says otherwise, as Jekyll 4.3 merges it: of two scopes the one with the longer path counts,
 * of the same length one with a type, else the later. https://jekyllrb.com/docs/configuration/front-matter-defaults/#precedence
 */
export function jekyllDefaults(sets: readonly JekyllDefaults[], relative: string): Data {
  let data: Data = {};
  let former: JekyllDefaults | undefined;
  const type = typeOf(relative);
  for (const set of sets) {
    if ((set.type !== undefined && set.type !== type) || !reaches(set.path, relative)) continue;
    const values = isOneAddress(set, relative) ? without(set.values, 'permalink') : set.values;
    if (former === undefined || isBefore(set, former)) {
      data = merged(data, values);
      former = set;
    } else data = merged(values, data);
  }
  return data;
}

/** A place in Jekyll's settings: a folder, a file or a pattern. Without a path it matches everything, and with a slash before it nothing. */
export function reaches(path: string, relative: string): boolean {
  return path.includes('*') ? globOf(`${path}{,/**}`).test(relative) : relative.startsWith(path);
}

const trimmed = (place: string): string => place.replace(/^\//, '');

function isBefore(set: JekyllDefaults, former: JekyllDefaults): boolean {
  const [length, formerLength] = [trimmed(set.path).length, trimmed(former.path).length];
  if (length !== formerLength) return length > formerLength;
  return set.type !== undefined || former.type === undefined;
}

/** Drafts are posts, too. */
function typeOf(relative: string): string {
  if (/(?:^|\/)_(?:posts|drafts)\//.test(relative)) return 'posts';
  return /^_([^/]+)\//.exec(relative)?.[1] ?? 'pages';
}

/** An address that is no pattern would be that of every page of its scope. */
function isOneAddress({ path, values }: JekyllDefaults, relative: string): boolean {
  const permalink: unknown = values['permalink'];
  return typeof permalink === 'string' && !/[:{]|^\w+$/.test(permalink) && trimmed(path) !== relative;
}

function without(values: Data, left: string): Data {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name !== left));
}

/** Tables within tables, too. */
function merged(one: Data, other: Data): Data {
  const both = Object.entries(other).map(([name, value]): readonly [string, unknown] => {
    const former = one[name];
    return [name, isTable(value) && isTable(former) ? merged(former, value) : value];
  });
  return { ...one, ...Object.fromEntries(both) };
}

function isTable(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
