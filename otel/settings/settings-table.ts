import { OTLP_SETTINGS } from './otlp-settings.ts';
import { parseSamplingRates } from './sampling-rates.ts';
import { MAX_TARGET, MIN_TARGET, parseSamplingRules } from './sampling-rules.ts';
import {
  integerBetween,
  numberBetween,
  oneOf,
  parseBoolean,
  parsePlainHttpUrl,
  parseText,
  zeroOrBetween,
} from './setting-parsers.ts';
import { SDK_SETTINGS } from './sdk-settings.ts';
import { optional, setting, type Setting } from './setting.ts';
import { parseTrustedProxies } from './trusted-proxies.ts';

const seconds = numberBetween(0, 3600, 'a number of seconds');

/** Every setting of telemetry, in the order of the README. METRICS_* are strict; OTEL_* fall back with a warning. */
export const SETTINGS = {
  enabled: setting(
    'METRICS_ENABLED',
    'true',
    'false: the SDK is not started, no patch is applied, the pages say so',
    parseBoolean,
  ),
  rates: setting(
    'METRICS_SAMPLING_RATE',
    '1',
    'share of ordinary operations whose detail is kept: one number 0–1 for all, or per type `database=0.1,http=1` or `{"database":0.1}`; a type not named keeps 1; slow and failed ones are always kept',
    parseSamplingRates,
  ),
  maxTraces: setting(
    'METRICS_BUFFER_SIZE',
    '1000',
    'kept traces in memory',
    integerBetween(1, 1_000_000, 'number of traces'),
  ),
  maxTraceBytes: setting(
    'METRICS_BUFFER_BYTES',
    '16777216',
    'the same buffer’s bound in bytes (16 MiB)',
    integerBetween(65_536, 4_294_967_296, 'number of bytes'),
  ),
  slowQuerySeconds: setting(
    'METRICS_SLOW_QUERY_THRESHOLD',
    '1.0',
    'seconds; a statement at or above it is always kept',
    seconds,
  ),
  slowRequestSeconds: setting(
    'METRICS_SLOW_REQUEST_THRESHOLD',
    '1.0',
    'seconds; a request that takes as long is always kept, of event streams one whose first byte does',
    seconds,
  ),
  slowRenderSeconds: setting(
    'METRICS_SLOW_RENDER_THRESHOLD',
    '0.25',
    'seconds; a page drawn at or above it is always kept',
    seconds,
  ),
  keepsWholeTrace: setting(
    'METRICS_WHOLE_TRACE_ON_ERROR',
    'true',
    'what fails or is slow is kept with what is still held of its trace; false: with its ancestors alone',
    parseBoolean,
  ),
  rules: setting(
    'METRICS_RULES',
    'none',
    'rules for single kinds of operations, of which the first that matches decides, as `route=/api/* type=http: 0.01; status=5xx: always; route=/health: never; user_agent~bot: target 1`; the grammar is in otel/README.md, “Rules and targets”',
    parseSamplingRules,
  ),
  target: setting(
    'METRICS_TARGET',
    '0',
    'traces per second to keep of each route and class of status; the lower threshold of this and the rate decides, so that it stands alone with METRICS_SAMPLING_RATE=0; 0 is off',
    zeroOrBetween(MIN_TARGET, MAX_TARGET, 'a number of traces per second'),
  ),
  runtimeIntervalSeconds: setting(
    'METRICS_MEMORY_INTERVAL',
    '30',
    'seconds between runtime samples (memory, event loop, garbage collection); 0 is off',
    zeroOrBetween(1, 86_400, 'a number of seconds'),
  ),
  exportRates: optional(
    'METRICS_EXPORT_SAMPLING_RATE',
    'the rate of the OTLP pipeline alone, written like METRICS_SAMPLING_RATE',
    parseSamplingRates,
    { words: 'as METRICS_SAMPLING_RATE' },
  ),
  spans: setting(
    'METRICS_SPANS',
    'own',
    'who makes the spans, own or stock (the SDK and instrumentation-http); every promise holds in both',
    oneOf(['own', 'stock']),
  ),
  historyDays: setting(
    'METRICS_HISTORY_DAYS',
    '30',
    'days that roll-ups and kept traces stay on disk; 0 = memory only',
    numberBetween(0, 3650, 'a number of days'),
  ),
  trustedProxies: setting(
    'TRUSTED_PROXIES',
    'loopback',
    'whose `Forwarded` and `X-Forwarded-*` headers are believed, for the client’s address, host and scheme: addresses, networks as `10.0.0.0/8`, `loopback` (a proxy on this machine, and the private networks behind it), `private`; or `none`',
    parseTrustedProxies,
  ),
  recordsClientAddresses: setting(
    'METRICS_CLIENT_ADDRESS',
    'true',
    'false: no address of a visitor is in spans, neither on the pages nor in what is exported',
    parseBoolean,
  ),
  otlpFolder: optional(
    'METRICS_OTLP_FOLDER',
    'folder into which spans, metrics and log records are written as OTLP JSON lines too: traces.jsonl, metrics.jsonl, logs.jsonl',
    parseText,
  ),
  otlpFileBytes: setting(
    'METRICS_OTLP_FILE_BYTES',
    '67108864',
    'size (64 MiB) at which such a file becomes the second one, .1, in place of the one before',
    integerBetween(65_536, 1_099_511_627_776, 'number of bytes'),
  ),
  jaegerUiUrl: optional('JAEGER_UI_URL', 'makes “open in Jaeger” links', parsePlainHttpUrl),
  ...SDK_SETTINGS,
  ...OTLP_SETTINGS,
};

export type SettingKey = keyof typeof SETTINGS;
export type SettingValues = { readonly [Key in SettingKey]: (typeof SETTINGS)[Key]['fallback'] };

/** The same as a list: what the README, `.env` and the environment may say about telemetry. */
export const TELEMETRY_SETTINGS: readonly Setting<unknown>[] = Object.freeze(Object.values(SETTINGS));
