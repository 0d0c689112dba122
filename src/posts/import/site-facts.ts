import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { parse as parseYaml } from 'yaml';
import { EXPORT_FILE_NAME } from '../export/exported-site.ts';
import type { JekyllDefaults } from './jekyll-defaults.ts';
import { languageTag } from './source-language.ts';

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
  /** BCP 47; undefined if the configuration names none. */
  readonly siteLanguage: string | undefined;
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
  siteLanguage: undefined,
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

const lowerCased = (data: Data): Data =>
  Object.fromEntries(Object.entries(data).map(([key, each]) => [key.toLowerCase(), each]));

function parsed(name: string, text: string): Data {
  try {
    const value: unknown = name.endsWith('.toml') ? parseToml(text) : parseYaml(text);
    return typeof value === 'object' && value !== null ? lowerCased({ ...value }) : {};
  } catch {
    return {};
  }
}

function factsOf(name: string, config: Data): SiteFacts {
  if (name === EXPORT_FILE_NAME) return { ...NOTHING, generator: 'glasshouse' };
  if (name.startsWith('_config')) return jekyllFacts(config);
  if ('base_url' in config)
    return { ...NOTHING, generator: 'zola', siteLanguage: languageTag(config['default_language']) };
  if (!name.includes('hugo') && !name.includes('_default') && !('baseurl' in config)) return NOTHING;
  const page = tableOf(config['permalinks']);
  const content = String(config['defaultcontentlanguage'] ?? 'en').toLowerCase();
  const table = lowerCased(tableOf(lowerCased(tableOf(config['languages']))[content]));
  const patterns = { ...page, ...tableOf(page['page']) };
  return {
    ...NOTHING,
    generator: 'hugo',
    permalinks: Object.fromEntries(
      Object.entries(patterns).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    ),
    cascade: config['cascade'],
    languages: Object.keys(tableOf(config['languages'])).map((name) => name.toLowerCase()),
    language: content,
    siteLanguage: languageTag(
      table['languagecode'],
      config['languagecode'],
      config['defaultcontentlanguage'],
    ),
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
    siteLanguage: languageTag(config['lang'], config['language'], config['locale']),
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
