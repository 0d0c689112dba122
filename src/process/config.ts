import {
  integerBetween,
  InvalidSetting,
  lineOf,
  oneOf,
  optional,
  readDotEnv,
  readTable,
  setting,
  TRUSTED_PROXIES,
  type Setting,
  type SettingProblem,
  type TableRead,
  type TrustedProxies,
  type ValuesOf,
} from '../../otel/kit.ts';
import { addressProblem, tidyPath } from './address.ts';
import type { AlertRule } from './alert-rule.ts';
import { BACKUP_SETTINGS } from './backup-settings.ts';
import { ALERT_SETTINGS } from './alert-settings.ts';

/** The blog's own settings; the METRICS_* and OTEL_* ones are read by otel/config.ts. */
export interface BlogConfig {
  readonly host: string;
  readonly port: number;
  /** Whose word about the client, host and scheme of a request is taken. */
  readonly trustedProxies: TrustedProxies;
  /** Without a trailing slash; its path, if any, is where the blog is mounted. Undefined until the address listened on is known. */
  readonly publicUrl: string | undefined;
  readonly dataDir: string;
  /** Bytes of rendered pages and feeds that are cached. */
  readonly pageCacheBytes: number;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** A bearer token that may read telemetry as data; undefined: none. */
  readonly metricsToken: string | undefined;
  /** Undefined: the blog makes no backups by itself. */
  readonly backupFolder: string | undefined;
  /** Milliseconds. */
  readonly backupEvery: number;
  /** A number of files. */
  readonly backupKeep: number;
  readonly alertWebhookUrl: string | undefined;
  readonly alertEmail: readonly string[] | undefined;
  /** Set if `alertEmail` is. */
  readonly alertSmtpUrl: string | undefined;
  readonly alertRules: readonly AlertRule[];
  /** Milliseconds; Infinity: an alert that fires is not sent again. */
  readonly alertReminder: number;
  readonly heartbeatUrl: string | undefined;
  readonly alertPrivateAddresses: boolean;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const MAX_PORT = 65_535;
const MAX_PAGE_CACHE_MB = 4096;
const BYTES_PER_MB = 1024 * 1024;
/** Short enough to type, long enough not to be guessed over the network. */
const MIN_TOKEN_CHARACTERS = 16;

/** Every setting of the blog, in the order the README shows them. */
const SETTINGS = {
  host: setting(
    'HOST',
    '127.0.0.1',
    'where to listen; 0.0.0.0 or :: for every interface',
    matching(/^[\w.:-]+$/, 'an address or host name'),
  ),
  port: setting(
    'PORT',
    '3000',
    'where to listen; 0 takes a free port; the address is printed when it answers',
    integerBetween(0, MAX_PORT, 'number'),
  ),
  publicUrl: optional('PUBLIC_URL', 'absolute links: feeds, sitemap, canonical', parsePublicUrl, {
    words: 'the address listened on',
  }),
  trustedProxies: TRUSTED_PROXIES,
  dataDir: setting(
    'DATA_DIR',
    'data',
    'the one folder of all that must survive: blog database, history, media',
    matching(/^\P{Cc}+$/u, 'a folder'),
  ),
  pageCacheBytes: setting(
    'PAGE_CACHE_MB',
    '32',
    'memory for rendered pages and feeds, in megabytes, so that what did not change is not rendered again; 0 renders every time',
    (text) => integerBetween(0, MAX_PAGE_CACHE_MB, 'number')(text) * BYTES_PER_MB,
  ),
  logLevel: setting('LOG_LEVEL', 'info', "pino's levels", oneOf(LOG_LEVELS)),
  metricsToken: optional(
    'METRICS_TOKEN',
    'a bearer token that may read `/admin/metrics`, `/metrics` and the telemetry pages as JSON or CSV (traces included), set a marker by `POST /admin/metrics/markers`, and nothing else',
    // What an `Authorization: Bearer` header can carry (RFC 6750, section 2.1).
    matching(
      new RegExp(`^(?=.{${MIN_TOKEN_CHARACTERS}})[\\w.~+/-]+=*$`),
      `at least ${MIN_TOKEN_CHARACTERS} characters out of letters, digits and - . _ ~ + /`,
    ),
    { secret: true, emptyIsNone: true },
  ),
  ...BACKUP_SETTINGS,
  ...ALERT_SETTINGS,
} satisfies { readonly [Key in keyof BlogConfig]: Setting<BlogConfig[Key]> };

/** The same as a list; the README's table is made from it. */
export const BLOG_SETTINGS: readonly Setting<unknown>[] = Object.values(SETTINGS);

/** A parser of text that is kept as it is. */
function matching(pattern: RegExp, expected: string): (text: string) => string {
  return (text) => {
    const value = text.trim();
    if (!pattern.test(value)) throw new InvalidSetting(expected);
    return value;
  };
}

function parsePublicUrl(text: string): string {
  const written = text.trim().replace(/\/+$/, '');
  const url = /^https?:\/\/[^?#]+$/i.test(written) ? URL.parse(written) : null;
  if (url === null || url.username !== '' || url.password !== '' || !isMountable(written))
    throw new InvalidSetting(
      'an http or https address without a user name, password and query, like https://blog.example or https://example.com/notes; its path must be none of the blog’s own',
    );
  // One spelling for an international name, everywhere: the one that travels.
  return url.href.replace(/\/+$/, '');
}

/** Returns true if requests below the path can be told from the blog's own addresses: what may be a post's address may be that of the blog. */
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

/** All that is wrong with the blog's settings, in one message. */
export class BlogConfigError extends Error {
  readonly isForPeople = true;
  readonly problems: readonly SettingProblem[];
  constructor(problems: readonly SettingProblem[]) {
    super(`These settings cannot be used:\n${problems.map((problem) => `  ${lineOf(problem)}`).join('\n')}`);
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
  const read = readTable(SETTINGS, sources.env, sources.dotEnv ?? {});
  const problems = [...read.problems, ...mailServerProblems(read)];
  if (problems.length > 0) throw new BlogConfigError(problems);
  return Object.freeze(read.values);
}

/** Mail without a server is found at the start, not at the first alert. */
function mailServerProblems({
  values,
  settings,
  problems,
}: TableRead<ValuesOf<typeof SETTINGS>>): readonly SettingProblem[] {
  const written = settings.find(({ name }) => name === SETTINGS.alertEmail.name);
  const isReported = problems.some(({ variable }) => variable === SETTINGS.alertSmtpUrl.name);
  if (values.alertEmail === undefined || values.alertSmtpUrl !== undefined || isReported) return [];
  const source = written?.source === '.env' ? '.env' : 'environment';
  const value = JSON.stringify(written?.value);
  const message =
    'expected ALERT_SMTP_URL to name the mail server, such as smtps://user:password@mail.example';
  return [{ variable: SETTINGS.alertEmail.name, value, source, message }];
}

/** The edge: what this process was started with, over `.env` in the current folder. */
export function loadBlogConfig(): BlogConfig {
  return readBlogConfig({ env: process.env, dotEnv: readDotEnv() });
}
