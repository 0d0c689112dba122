import { LIMIT_SETTINGS } from './limit-settings.ts';
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
import { optional, setting, type Setting, type ValuesOf } from './setting.ts';
import { parseContextToken, parseTrustedContext } from './trusted-context.ts';
import { parseTrustedProxies, type TrustedProxies } from './trusted-proxies.ts';

/** An app that reads it, too, takes this line into its table. */
export const TRUSTED_PROXIES: Setting<TrustedProxies> = setting(
  'TRUSTED_PROXIES',
  'loopback',
  'proxies whose `Forwarded` and `X-Forwarded-*` headers are trusted for client address, host and scheme: addresses, networks such as `10.0.0.0/8`, `loopback` (a proxy on this machine, and the private networks behind it), `private`; or `none`',
  parseTrustedProxies,
);

const seconds = numberBetween(0, 3600, 'a number of seconds');

/** Every setting of telemetry, in the order of the README. METRICS_* are strict; OTEL_* fall back with a warning. */
export const SETTINGS = {
  enabled: setting(
    'METRICS_ENABLED',
    'true',
    'false disables telemetry: the SDK is not started and nothing is patched',
    parseBoolean,
  ),
  rates: setting(
    'METRICS_SAMPLING_RATE',
    '1',
    'share of ordinary operations whose spans are kept: one number 0–1 for all, or per type `database=0.1,http=1` or `{"database":0.1}`; the default for a missing type is 1; slow and failed operations are always kept',
    parseSamplingRates,
  ),
  maxTraces: setting(
    'METRICS_BUFFER_SIZE',
    '1000',
    'maximum number of kept traces in memory',
    integerBetween(1, 1_000_000, 'number of traces'),
  ),
  maxTraceBytes: setting(
    'METRICS_BUFFER_BYTES',
    '16777216',
    'maximum size of the same buffer in bytes (16 MiB)',
    integerBetween(65_536, 4_294_967_296, 'number of bytes'),
  ),
  slowQuerySeconds: setting(
    'METRICS_SLOW_QUERY_THRESHOLD',
    '1.0',
    'seconds; a statement that takes this long or longer is always kept',
    seconds,
  ),
  slowRequestSeconds: setting(
    'METRICS_SLOW_REQUEST_THRESHOLD',
    '1.0',
    'seconds; a request that takes this long or longer is always kept; for an event stream, its first byte counts',
    seconds,
  ),
  slowRenderSeconds: setting(
    'METRICS_SLOW_RENDER_THRESHOLD',
    '0.25',
    'seconds; a render that takes this long or longer is always kept',
    seconds,
  ),
  keepsWholeTrace: setting(
    'METRICS_WHOLE_TRACE_ON_ERROR',
    'true',
    'true keeps the buffered rest of a trace in which something failed or was slow; false only the ancestors of that span',
    parseBoolean,
  ),
  rules: setting(
    'METRICS_RULES',
    'none',
    'sampling rules, the first match decides, such as `route=/api/* type=http: 0.01; status=5xx: always; route=/health: never; user_agent~bot: target 1`; the grammar is in otel/README.md, “Rules and targets”',
    parseSamplingRules,
  ),
  target: setting(
    'METRICS_TARGET',
    '0',
    'traces per second to keep of each route and status class; a trace is kept if this or the rate admits it, so set METRICS_SAMPLING_RATE=0 to sample by the target alone; 0 is off',
    zeroOrBetween(MIN_TARGET, MAX_TARGET, 'a number of traces per second'),
  ),
  runtimeIntervalSeconds: setting(
    'METRICS_MEMORY_INTERVAL',
    '30',
    'seconds between runtime samples (memory, event loop, garbage collection); 0 is off',
    zeroOrBetween(1, 86_400, 'a number of seconds'),
  ),
  loopStallSeconds: setting(
    'METRICS_LOOP_STALL',
    '0.25',
    'seconds that the event loop has to be blocked until a stall is recorded with the function, line, span and route that blocked it; a thread samples call stacks for that, and for what shorter requests spend their own time in; 0 is off, as is METRICS_MEMORY_INTERVAL=0',
    zeroOrBetween(0.1, 60, 'a number of seconds'),
  ),
  shedDelaySeconds: setting(
    'METRICS_SHED_DELAY',
    '0.5',
    'seconds of event-loop delay: if its mean is as long in each of ten seconds, only failed, slow and otherwise must-keep operations are kept, until it is below half of that for 30 seconds; all are counted; 0 is off, as is METRICS_MEMORY_INTERVAL=0',
    zeroOrBetween(0.005, 60, 'a number of seconds'),
  ),
  exportRates: optional(
    'METRICS_EXPORT_SAMPLING_RATE',
    'sampling rate of the OTLP pipeline, in the format of METRICS_SAMPLING_RATE',
    parseSamplingRates,
    { words: 'as METRICS_SAMPLING_RATE' },
  ),
  spans: setting(
    'METRICS_SPANS',
    'own',
    'who creates the spans: own (the kit) or stock (the SDK and instrumentation-http); every guarantee holds in both',
    oneOf(['own', 'stock']),
  ),
  historyDays: setting(
    'METRICS_HISTORY_DAYS',
    '30',
    'days that roll-ups and kept traces stay on disk; 0 keeps them in memory only',
    numberBetween(0, 3650, 'a number of days'),
  ),
  exportStorageBytes: setting(
    'METRICS_EXPORT_STORAGE_BYTES',
    '67108864',
    'maximum size of exports that wait in the history file while a receiver is away, in bytes (64 MiB: some 500,000 spans); 0 keeps them in memory alone',
    zeroOrBetween(65_536, 4_294_967_296, 'number of bytes'),
  ),
  logBytes: setting(
    'METRICS_LOG_BYTES',
    '268435456',
    'maximum size of the log lines on disk in bytes (256 MiB: some 700,000 lines); the oldest are removed; 0 stores none',
    zeroOrBetween(1_048_576, 1_099_511_627_776, 'number of bytes'),
  ),
  logDays: setting(
    'METRICS_LOG_DAYS',
    '30',
    'days that log lines stay on disk; 0 stores none, as does METRICS_HISTORY_DAYS=0',
    numberBetween(0, 3650, 'a number of days'),
  ),
  trustedProxies: TRUSTED_PROXIES,
  trustedContext: setting(
    'METRICS_TRUSTED_CONTEXT',
    'none',
    'clients whose trace context (`traceparent`, `tracestate`, `baggage`) is continued: addresses, networks, `loopback`, `private`; `proxies` (whatever TRUSTED_PROXIES send or forward), `all` or `none`. Other requests start a trace of their own, with a link to the client’s span',
    parseTrustedContext,
  ),
  trustedContextToken: optional(
    'METRICS_TRUSTED_CONTEXT_TOKEN',
    'secret of at least 16 characters; the trace context of a request with it in the header `x-trace-context-token` is also continued',
    parseContextToken,
    { secret: true },
  ),
  clientAddresses: setting(
    'METRICS_CLIENT_ADDRESS',
    'local',
    'client addresses of spans, log records and lists of who got an error: local (on pages of this process and in traces downloaded there, never in exports), true (in exports, too) or false (nowhere)',
    oneOf(['local', 'true', 'false']),
  ),
  otlpFolder: optional(
    'METRICS_OTLP_FOLDER',
    'folder to which spans, metrics and log records are also written as OTLP JSON lines: traces.jsonl, metrics.jsonl, logs.jsonl',
    parseText,
  ),
  otlpFileBytes: setting(
    'METRICS_OTLP_FILE_BYTES',
    '67108864',
    'size (64 MiB) at which such a file is rotated to .1, replacing the previous one',
    integerBetween(65_536, 1_099_511_627_776, 'number of bytes'),
  ),
  ...LIMIT_SETTINGS,
  jaegerUiUrl: optional('JAEGER_UI_URL', 'makes “open in Jaeger” links', parsePlainHttpUrl),
  ...SDK_SETTINGS,
  ...OTLP_SETTINGS,
};

export type SettingKey = keyof typeof SETTINGS;
export type SettingValues = ValuesOf<typeof SETTINGS>;

/** The same as a list, for the README, `.env` and the environment. */
export const TELEMETRY_SETTINGS: readonly Setting<unknown>[] = Object.freeze(Object.values(SETTINGS));
