import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import {
  DEFAULT_TRUSTED_PROXIES,
  mayHoldSecret,
  parseTrustedProxies,
  type TrustedProxies,
} from '../../otel/kit.ts';
import { addressProblem, tidyPath } from './address.ts';

/** The blog's own settings; the METRICS_* and OTEL_* ones are read by otel/config.ts. */
export interface BlogConfig {
  readonly host: string;
  readonly port: number;
  /** Whose word about the client, host and scheme of a request is taken. */
  readonly trustedProxies: TrustedProxies;
  /** Without a trailing slash; its path, if any, is where the blog is mounted. Undefined until the address listened on is known. */
  readonly publicUrl: string | undefined;
  readonly dataDir: string;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** A bearer token that may read /admin/metrics and /metrics; undefined: none. */
  readonly metricsToken: string | undefined;
}

interface SettingOf<Key extends keyof BlogConfig> {
  readonly name: string;
  readonly key: Key;
  /** As the table prints it; FALLBACKS says what it means. */
  readonly default: string;
  readonly meaning: string;
  readonly expected: string;
  /** Its value is never printed. */
  readonly secret?: boolean;
  readonly schema: z.ZodType<BlogConfig[Key], string>;
}

/** One line of the settings table; the README's table is made from the same lines. */
export type BlogSetting = { readonly [Key in keyof BlogConfig]: SettingOf<Key> }[keyof BlogConfig];

const FALLBACKS: BlogConfig = {
  host: '127.0.0.1',
  port: 3000,
  trustedProxies: DEFAULT_TRUSTED_PROXIES,
  publicUrl: undefined,
  dataDir: 'data',
  logLevel: 'info',
  metricsToken: undefined,
};

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const MAX_PORT = 65_535;
/** Short enough to type, long enough not to be guessed over the network. */
const MIN_TOKEN_CHARACTERS = 16;

const port = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .pipe(z.number().max(MAX_PORT));
const publicUrl = z
  .url({ protocol: /^https?$/ })
  .refine((text) => !/[?#]/.test(text) && isWithoutCredentials(text))
  .transform((text) => text.replace(/\/+$/, ''))
  .refine(isMountable)
  // One spelling for an international name, everywhere: the one that travels.
  .transform((text) => new URL(text).href.replace(/\/+$/, ''));

function isWithoutCredentials(text: string): boolean {
  const url = URL.parse(text);
  return url?.username === '' && url.password === '';
}

const trustedProxies = z.string().transform((text, { addIssue }) => {
  try {
    return parseTrustedProxies(text);
  } catch {
    addIssue('no list of proxies');
    return z.NEVER;
  }
});

/** Whether requests below the path can be told from the blog's own addresses: what may be a post's address may be that of the blog. */
function isMountable(publicUrl: string): boolean {
  const [, path = ''] = /^[a-z]+:\/\/[^/]*(.*)$/i.exec(publicUrl) ?? [];
  if (path === '') return true;
  try {
    const decoded = decodeURIComponent(path);
    if (addressProblem(tidyPath(decoded), decoded) !== undefined) return false;
    return /^(?:\/[\w.~%-]+)+$/.test(path) && new URL(publicUrl).pathname === path;
  } catch {
    return false;
  }
}

/** Every setting of the blog, in the order the README shows them. */
export const BLOG_SETTINGS: readonly BlogSetting[] = [
  {
    name: 'HOST',
    key: 'host',
    default: '127.0.0.1',
    meaning: 'where to listen; 0.0.0.0 or :: for every interface',
    expected: 'an address or host name',
    schema: z.string().regex(/^[\w.:-]+$/),
  },
  {
    name: 'PORT',
    key: 'port',
    default: '3000',
    meaning: 'where to listen; 0 takes a free port; the address is printed when it answers',
    expected: `a whole number from 0 to ${MAX_PORT}`,
    schema: port,
  },
  {
    name: 'PUBLIC_URL',
    key: 'publicUrl',
    default: 'the address listened on',
    meaning: 'absolute links: feeds, sitemap, canonical',
    expected:
      'an http or https address without a user name, password and query, like https://blog.example or https://example.com/notes; its path must be none of the blog’s own',
    schema: publicUrl,
  },
  {
    name: 'TRUSTED_PROXIES',
    key: 'trustedProxies',
    default: 'loopback',
    meaning:
      'proxies whose `Forwarded` and `X-Forwarded-*` headers are trusted for client address, host and scheme: addresses, networks such as `10.0.0.0/8`, `loopback` (a proxy on this machine, and the private networks behind it), `private`; or `none`',
    expected: 'addresses and networks like 192.0.2.1, 10.0.0.0/8, loopback or private; or none',
    schema: trustedProxies,
  },
  {
    name: 'DATA_DIR',
    key: 'dataDir',
    default: 'data',
    meaning: 'the one folder of all that must survive: blog database, history, media',
    expected: 'a folder',
    schema: z.string().refine((text) => !text.includes('\0')),
  },
  {
    name: 'LOG_LEVEL',
    key: 'logLevel',
    default: 'info',
    meaning: "pino's levels",
    expected: `one of ${LOG_LEVELS.join(', ')}`,
    schema: z.enum(LOG_LEVELS),
  },
  {
    name: 'METRICS_TOKEN',
    key: 'metricsToken',
    default: 'none',
    secret: true,
    meaning: 'a bearer token that may read `/admin/metrics` and `/metrics`, and nothing else',
    expected: `at least ${MIN_TOKEN_CHARACTERS} characters out of letters, digits and - . _ ~ + /`,
    schema: z
      .string()
      .min(MIN_TOKEN_CHARACTERS)
      // What an `Authorization: Bearer` header can carry (RFC 6750, section 2.1).
      .regex(/^[\w.~+/-]+=*$/),
  },
];

export interface BlogConfigProblem {
  readonly variable: string;
  /** As it was given; `(set)` for a secret. */
  readonly value: string;
  readonly expected: string;
}

/** All that is wrong with the blog's settings, in one message. */
export class BlogConfigError extends Error {
  readonly problems: readonly BlogConfigProblem[];
  constructor(problems: readonly BlogConfigProblem[]) {
    const lines = problems.map((p) => `  ${p.variable}=${p.value}: expected ${p.expected}`);
    super(`These settings cannot be used:\n${lines.join('\n')}`);
    this.name = 'BlogConfigError';
    this.problems = problems;
  }
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The settings in force: environment, then `.env`, then default; an empty value counts as not set.
 * Throws one BlogConfigError that lists every problem.
 */
export function readBlogConfig(sources: {
  readonly env: Variables;
  readonly dotEnv?: Variables;
}): BlogConfig {
  const config: Mutable = { ...FALLBACKS };
  const problems: BlogConfigProblem[] = [];
  for (const setting of BLOG_SETTINGS) {
    const text = (sources.env[setting.name]?.trim() || sources.dotEnv?.[setting.name]?.trim()) ?? '';
    if (text !== '' && !isTaken(config, setting, text))
      problems.push({
        variable: setting.name,
        value: setting.secret ? '(set)' : mayHoldSecret(text) ? '(hidden)' : text,
        expected: setting.expected,
      });
  }
  if (problems.length > 0) throw new BlogConfigError(problems);
  return Object.freeze(config);
}

type Mutable = { -readonly [Key in keyof BlogConfig]: BlogConfig[Key] };

/** Takes what a setting's text means into the settings; false when it means nothing. */
function isTaken<Key extends keyof BlogConfig>(
  config: Mutable,
  { key, schema }: SettingOf<Key>,
  text: string,
): boolean {
  const parsed = schema.safeParse(text);
  if (parsed.success) config[key] = parsed.data;
  return parsed.success;
}

/** The variables of a `.env` file; none when there is no such file. Other faults of reading it are thrown. */
export function readDotEnv(file = '.env'): Variables {
  try {
    return parseEnv(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EISDIR') return {};
    throw error;
  }
}

/** The edge: what this process was started with, over `.env` in the current folder. */
export function loadBlogConfig(): BlogConfig {
  return readBlogConfig({ env: process.env, dotEnv: readDotEnv() });
}
