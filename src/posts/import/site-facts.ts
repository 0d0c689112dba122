import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { parse as parseYaml } from 'yaml';
import { EXPORT_FILE_NAME } from '../export/exported-site.ts';
import type { JekyllDefaults } from './jekyll-defaults.ts';

/** Facts from a tree's configuration. */
export interface SiteFacts {
  /** The generator; add new ones in `factsOf`. */
  readonly generator: 'glasshouse' | 'jekyll' | 'hugo' | 'zola' | 'eleventy' | 'astro' | 'obsidian' | 'other';
  /** Jekyll's `permalink`: a pattern or the name of a style. */
  readonly permalink: string | undefined;
  /** Hugo's patterns by section. */
  readonly permalinks: Readonly<Record<string, string>>;
  /** Hugo's front matter for every page. */
  readonly cascade: unknown;
  /** Hugo's languages, in lower case, and that of files that name none. */
  readonly languages: readonly string[];
  readonly language: string;
  /** Jekyll's front matter defaults by scope. */
  readonly defaults: readonly JekyllDefaults[];
  /** Jekyll's collections with pages, and their permalink. */
  readonly collections: ReadonlyMap<string, string>;
  /** Jekyll's `exclude`. */
  readonly exclude: readonly string[];
  /** IANA name of the site's time zone. */
  readonly timeZone: string | undefined;
  /** Jekyll's `encoding`, of its texts. */
  readonly encoding: string | undefined;
}

type Data = Readonly<Record<string, unknown>>;

const FILES = [
  EXPORT_FILE_NAME,
  '_config.yml',
  '_config.yaml',
  '_config.toml',
  'hugo.toml',
  'hugo.yaml',
  'hugo.yml',
  'hugo.json',
  'config/_default/hugo.toml',
  'config/_default/config.toml',
  'zola.toml',
  'config.toml',
  'config.yaml',
  'config.yml',
];
const NOTHING: SiteFacts = {
  generator: 'other',
  permalink: undefined,
  permalinks: {},
  cascade: undefined,
  languages: [],
  language: 'en',
  defaults: [],
  collections: new Map(),
  exclude: [],
  timeZone: undefined,
  encoding: undefined,
};
/** Jekyll's default. */
const COLLECTION_PATTERN = '/:collection/:path';

/** Reads the first configuration file that names a generator; an invalid one counts as missing. */
export function readSiteFacts(root: string): SiteFacts {
  for (const name of FILES) {
    let text: string;
    try {
      text = readFileSync(path.join(root, name), 'utf8');
    } catch {
      continue;
    }
    const facts = factsOf(name, parsed(name, text));
    if (facts.generator !== 'other') return facts;
  }
  return { ...NOTHING, generator: generatorIn(root) };
}

/** Generators whose settings are programs, or whose settings are not read. */
function generatorIn(root: string): SiteFacts['generator'] {
  const has = (...names: readonly string[]): boolean =>
    names.some((name) => existsSync(path.join(root, name)));
  const config = (name: string): readonly string[] =>
    ['js', 'mjs', 'cjs', 'ts', 'mts'].map((ending) => `${name}.${ending}`);
  if (has('.eleventy.js', ...config('eleventy.config'))) return 'eleventy';
  if (has(...config('astro.config'))) return 'astro';
  return has('.obsidian') ? 'obsidian' : 'other';
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

function factsOf(name: string, config: Data): SiteFacts {
  if (name === EXPORT_FILE_NAME) return { ...NOTHING, generator: 'glasshouse' };
  if (name.startsWith('_config')) return jekyllFacts(config);
  if ('base_url' in config) return { ...NOTHING, generator: 'zola' };
  if (!name.includes('hugo') && !name.includes('_default') && !('baseurl' in config)) return NOTHING;
  const page = tableOf(config['permalinks']);
  const patterns = { ...page, ...tableOf(page['page']) };
  return {
    ...NOTHING,
    generator: 'hugo',
    permalinks: Object.fromEntries(
      Object.entries(patterns).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    ),
    cascade: config['cascade'],
    languages: Object.keys(tableOf(config['languages'])).map((name) => name.toLowerCase()),
    language: String(config['defaultcontentlanguage'] ?? 'en').toLowerCase(),
    timeZone: zoneOf(config['timezone']),
  };
}

function jekyllFacts(config: Data): SiteFacts {
  const { permalink, defaults, exclude, collections, encoding } = config;
  return {
    ...NOTHING,
    generator: 'jekyll',
    permalink: typeof permalink === 'string' ? permalink : undefined,
    defaults: listOf(defaults).map((each) => {
      const { path: place, type } = tableOf(tableOf(each)['scope']);
      return {
        path: typeof place === 'string' ? place : '',
        // Jekyll 1 and 2 had it in the singular.
        type: typeof type === 'string' ? type.replace(/^(page|post|draft)$/, '$1s') : undefined,
        values: tableOf(tableOf(each)['values']),
      };
    }),
    collections: new Map(
      Object.entries(tableOf(collections)).flatMap(([label, options]) => {
        const { output, permalink: own } = tableOf(options);
        return output === true ? [[label, typeof own === 'string' ? own : COLLECTION_PATTERN]] : [];
      }),
    ),
    exclude: listOf(exclude).filter((place) => typeof place === 'string'),
    timeZone: zoneOf(config['timezone']),
    encoding: typeof encoding === 'string' ? encoding : undefined,
  };
}

function tableOf(value: unknown): Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Data) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function zoneOf(value: unknown): string | undefined {
  try {
    return typeof value === 'string'
      ? new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone
      : undefined;
  } catch {
    return undefined;
  }
}

export { NOTHING as NO_SITE_FACTS };
