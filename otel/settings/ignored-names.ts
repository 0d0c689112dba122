import { nearestName } from './nearest-name.ts';

const PREFIX = 'OTEL_';
/** Long enough to recognise it. */
const MAX_NAME_LENGTH = 80;

/** OpenTelemetry names without effect here, and why; the first match applies. */
const IGNORED: readonly (readonly [name: RegExp, reason: string])[] = [
  [/^OTEL_TRACES_SAMPLER(_ARG)?$/, 'every span is recorded; METRICS_SAMPLING_RATE decides which are kept'],
  [/^OTEL_(EXPERIMENTAL_)?CONFIG_FILE$/, 'no configuration file is read; every setting is a variable'],
  [/^OTEL_EXPORTER_(ZIPKIN|JAEGER)_/, 'spans are exported as OTLP, which Zipkin and Jaeger accept'],
  [/^OTEL_EXPORTER_PROMETHEUS_/, 'metrics are served at /metrics of the app, not on a port of their own'],
  [/^OTEL_EXPORTER_OTLP_(\w+_)?INSECURE$/, 'the scheme of the address decides: http:// or https://'],
  [/^OTEL_METRICS_EXEMPLAR_FILTER$/, 'metrics carry no exemplars'],
  [
    /^OTEL_SPAN_ATTRIBUTE_PER_(EVENT|LINK)_COUNT_LIMIT$/,
    'the names are OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT and OTEL_LINK_ATTRIBUTE_COUNT_LIMIT',
  ],
  [/^OTEL_SEMCONV_STABILITY_OPT_IN$/, 'the stable conventions are the only ones here'],
  [/^OTEL_NODE_EXPERIMENTAL_SDK_METRICS$/, 'metrics about telemetry itself are always exported'],
];

type Environment = Readonly<Record<string, string | undefined>>;

/** One line per OTEL_* variable that is set and has no effect; its value may be a secret and is not shown. */
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
  return `unknown setting${nearest === undefined ? '' : `; did you mean ${PREFIX}${nearest}?`}`;
}
