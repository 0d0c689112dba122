import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** A program of a Go module, built as the module's own authors build it: with its own go.sum. */
export interface ModuleRecipe {
  readonly module: string;
  readonly package: string;
  readonly tags?: string;
}

/** A Collector, as its official builder puts it together. */
export interface CollectorRecipe {
  readonly builder: string;
  readonly manifest: Readonly<Record<string, readonly (string | { readonly gomod: string })[]>>;
}

export interface Receiver {
  readonly version: string;
  /** Of the environment: names a program that is used instead. */
  readonly variable: string;
  /** On PATH, the preferred one first; none if only its own version will do. */
  readonly names: readonly string[];
  readonly recipe: ModuleRecipe | CollectorRecipe;
}

const COLLECTOR = '0.161.0';
const core = (path: string) => ({ gomod: `go.opentelemetry.io/collector/${path} v${COLLECTOR}` });
const contrib = (path: string) => ({
  gomod: `github.com/open-telemetry/opentelemetry-collector-contrib/${path} v${COLLECTOR}`,
});
const provider = (name: string) => ({
  gomod: `go.opentelemetry.io/collector/confmap/provider/${name}provider v1.67.0`,
});
const DISCOVERY = 'github.com/aws/aws-sdk-go-v2/service/servicediscovery';
/** Without the clients of clouds: targets are listed, here. */
const PROMETHEUS = { module: 'github.com/prometheus/prometheus@v0.316.0', tags: 'remove_all_sd' };

/** Distributions have versions that lack what is tested: Debian has 2.42. */
const NOT_BY_PATH: readonly string[] = [];

/** What tests send telemetry to, and check it with; `npm run receivers` builds them. */
export const RECEIVERS = {
  otelcol: {
    version: COLLECTOR,
    variable: 'OTELCOL_PATH',
    names: ['otelcol-contrib', 'otelcol'],
    recipe: {
      builder: `go.opentelemetry.io/collector/cmd/builder@v${COLLECTOR}`,
      manifest: {
        receivers: [core('receiver/otlpreceiver')],
        processors: [
          core('processor/batchprocessor'),
          core('processor/memorylimiterprocessor'),
          contrib('processor/tailsamplingprocessor'),
          contrib('processor/probabilisticsamplerprocessor'),
        ],
        exporters: [
          core('exporter/debugexporter'),
          core('exporter/otlpexporter'),
          core('exporter/otlphttpexporter'),
          contrib('exporter/fileexporter'),
          contrib('exporter/loadbalancingexporter'),
          contrib('exporter/prometheusexporter'),
        ],
        connectors: [contrib('connector/spanmetricsconnector')],
        extensions: [contrib('extension/storage/filestorage'), contrib('extension/healthcheckextension')],
        providers: [provider('env'), provider('file'), provider('yaml')],
        // Of loadbalancingexporter; module proxies lack 1.48.0.
        replaces: [`${DISCOVERY} v1.48.0 => ${DISCOVERY} v1.49.0`],
      },
    },
  },
  jaeger: {
    version: '2.13.0',
    variable: 'JAEGER_PATH',
    names: ['jaeger'],
    recipe: { module: 'github.com/jaegertracing/jaeger@v1.76.0', package: './cmd/jaeger' },
  },
  promtool: {
    version: '3.16.0',
    variable: 'PROMTOOL_PATH',
    names: NOT_BY_PATH,
    recipe: { ...PROMETHEUS, package: './cmd/promtool' },
  },
  prometheus: {
    version: '3.16.0',
    variable: 'PROMETHEUS_PATH',
    names: NOT_BY_PATH,
    recipe: { ...PROMETHEUS, package: './cmd/prometheus' },
  },
  /** The loader of Docker Compose: its schema, and whether what is named is defined. */
  compose: {
    version: '2.16.2',
    variable: 'COMPOSE_SPEC_PATH',
    names: ['compose-spec'],
    recipe: { module: 'github.com/compose-spec/compose-go/v2@v2.16.2', package: './cmd' },
  },
} as const satisfies Readonly<Record<string, Receiver>>;

export type ReceiverName = keyof typeof RECEIVERS;
export const RECEIVER_NAMES: readonly ReceiverName[] = [
  'otelcol',
  'jaeger',
  'promtool',
  'prometheus',
  'compose',
];
export type Environment = Readonly<Record<string, string | undefined>>;

/** The user's folder for caches, as the XDG base directory specification has it: a relative XDG_CACHE_HOME is ignored. */
function cacheFolder({ XDG_CACHE_HOME: given = '' }: Environment): string {
  return isAbsolute(given) ? given : join(homedir(), '.cache');
}

/** Where `npm run receivers` puts a program, whether or not it is there; another version or recipe has another place. */
export function builtPath(name: ReceiverName, env: Environment): string {
  const { version, recipe }: Receiver = RECEIVERS[name];
  const digest = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 8);
  const program = process.platform === 'win32' ? `${name}.exe` : name;
  return join(cacheFolder(env), 'glasshouse', 'receivers', `${name}-${version}-${digest}`, program);
}
