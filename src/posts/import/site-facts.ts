import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { parse as parseYaml } from 'yaml';

/** What a tree's own configuration says of its addresses. */
export interface SiteFacts {
  readonly generator: 'jekyll' | 'hugo' | 'zola' | 'other';
  /** Jekyll's `permalink`: a pattern or the name of a style. */
  readonly permalink: string | undefined;
  /** Hugo's patterns by section. */
  readonly permalinks: Readonly<Record<string, string>>;
}

const FILES = [
  '_config.yml',
  '_config.yaml',
  '_config.toml',
  'hugo.toml',
  'hugo.yaml',
  'hugo.json',
  'config/_default/hugo.toml',
  'config.toml',
  'config.yaml',
  'config.yml',
];
const NOTHING: SiteFacts = { generator: 'other', permalink: undefined, permalinks: {} };

/** Reads the first configuration there is; one that cannot be parsed says as much as none. */
export function readSiteFacts(root: string): SiteFacts {
  for (const name of FILES) {
    let text: string;
    try {
      text = readFileSync(path.join(root, name), 'utf8');
    } catch {
      continue;
    }
    return factsOf(name, parsed(name, text));
  }
  return NOTHING;
}

function parsed(name: string, text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = name.endsWith('.toml') ? parseToml(text) : parseYaml(text);
    return typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key.toLowerCase(), each]))
      : {};
  } catch {
    return {};
  }
}

function factsOf(name: string, config: Readonly<Record<string, unknown>>): SiteFacts {
  if (name.startsWith('_config')) {
    const { permalink } = config;
    return {
      generator: 'jekyll',
      permalink: typeof permalink === 'string' ? permalink : undefined,
      permalinks: {},
    };
  }
  if ('base_url' in config) return { ...NOTHING, generator: 'zola' };
  if (!name.includes('hugo') && !('baseurl' in config)) return NOTHING;
  const { permalinks } = config;
  const page =
    typeof permalinks === 'object' && permalinks !== null
      ? (permalinks as Readonly<Record<string, unknown>>)
      : {};
  const nested = page['page'];
  const patterns = typeof nested === 'object' && nested !== null ? { ...page, ...nested } : page;
  return {
    generator: 'hugo',
    permalink: undefined,
    permalinks: Object.fromEntries(
      Object.entries(patterns).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    ),
  };
}

export { NOTHING as NO_SITE_FACTS };
