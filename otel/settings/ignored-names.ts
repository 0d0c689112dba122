import { nearestName } from './nearest-name.ts';

const PREFIX = 'OTEL_';
/** Long enough to know it again. */
const MAX_NAME_LENGTH = 80;

/** Names that OpenTelemetry knows and that do nothing here, and why; the first that fits counts. */
const IGNORED: readonly (readonly [name: RegExp, reason: string])[] = [
  [
    /^OTEL_TRACES_SAMPLER(_ARG)?$/,
    'every span is recorded, and METRICS_SAMPLING_RATE says what is kept of them',
  ],
  [
    /^OTEL_(EXPERIMENTAL_)?CONFIG_FILE$/,
    'no configuration file is read; each setting has a variable of its own',
  ],
  [/^OTEL_EXPORTER_(ZIPKIN|JAEGER)_/, 'spans leave as OTLP, which Zipkin and Jaeger take'],
  [/^OTEL_EXPORTER_PROMETHEUS_/, 'metrics are at /metrics of the app; no port of their own is opened'],
  [/^OTEL_EXPORTER_OTLP_(\w+_)?INSECURE$/, 'the address says it: http:// or https://'],
  [/^OTEL_METRICS_EXEMPLAR_FILTER$/, 'metrics carry no exemplars'],
  [
    /^OTEL_SPAN_ATTRIBUTE_PER_(EVENT|LINK)_COUNT_LIMIT$/,
    'the names are OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT and OTEL_LINK_ATTRIBUTE_COUNT_LIMIT',
  ],
  [/^OTEL_SEMCONV_STABILITY_OPT_IN$/, 'the stable conventions are the only ones here'],
  [/^OTEL_NODE_EXPERIMENTAL_SDK_METRICS$/, 'metrics about telemetry itself are always there'],
];

type Environment = Readonly<Record<string, string | undefined>>;

/** One line for each OTEL_* variable that is set and has no effect; its value may be a secret and is not shown. */
export function ignoredNames(
  env: Environment,
  dotEnv: Environment,
  known: readonly string[],
): readonly string[] {
  const names = [env, dotEnv].map((variables) =>
    Object.keys(variables).filter(
      (name) => name.toUpperCase().startsWith(PREFIX) && (variables[name] ?? '').trim() !== '',
    ),
  );
  const [inEnvironment = []] = names;
  return [...new Set(names.flat())]
    .filter((name) => !known.includes(name))
    .sort()
    .map((name) => {
      const source = inEnvironment.includes(name) ? 'environment' : '.env';
      const shown = JSON.stringify(name.slice(0, MAX_NAME_LENGTH)).slice(1, -1);
      return `${shown} (${source}) has no effect: ${reasonOf(name, known)}`;
    });
}

function reasonOf(name: string, known: readonly string[]): string {
  const found = IGNORED.find(([pattern]) => pattern.test(name));
  if (found !== undefined) return found[1];
  const nearest = nearestName(
    name.slice(PREFIX.length),
    known.map((each) => each.slice(PREFIX.length)),
  );
  return `there is no such setting here${nearest === undefined ? '' : `; did you mean ${PREFIX}${nearest}?`}`;
}
