import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { readTelemetryConfig, TELEMETRY_SETTINGS } from '../otel/config.ts';
import { BLOG_SETTINGS, readBlogConfig } from '../src/process/config.ts';

const root = new URL('../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

interface Service {
  readonly image?: string;
  readonly build?: { readonly dockerfile?: string; readonly dockerfile_inline?: string };
  readonly profiles?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly logging?: { readonly options: Readonly<Record<string, string>> };
  readonly [key: string]: unknown;
}
interface Endpoint {
  readonly endpoint: string;
}
interface CollectorConfig {
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly receivers: { readonly otlp: { readonly protocols: Readonly<Record<string, Endpoint>> } };
  readonly processors: Readonly<Record<string, unknown>>;
  readonly connectors?: Readonly<Record<string, unknown>>;
  readonly exporters: Readonly<Record<string, unknown>>;
  readonly service: {
    readonly extensions?: readonly string[];
    readonly pipelines: Readonly<
      Record<
        string,
        { readonly receivers: string[]; readonly processors: string[]; readonly exporters: string[] }
      >
    >;
  };
}

const SERVICES = ['blog', 'collector', 'jaeger', 'prometheus'] as const;
const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  readonly services: Readonly<Record<(typeof SERVICES)[number], Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const { blog, collector, jaeger, prometheus } = compose.services;
const collectorConfig = parse(read('deploy/collector.yaml')) as CollectorConfig & {
  readonly extensions: { readonly health_check: Endpoint };
};
const jaegerConfig = parse(read('deploy/jaeger.yaml')) as CollectorConfig & {
  readonly extensions: { readonly jaeger_query: { readonly http: Endpoint } };
};
const dockerfile = read('deploy/Dockerfile');
const portOf = (endpoint: string): string => /:(\d+)$/.exec(endpoint)![1]!;
/** Ports of the container that compose publishes; each only on this machine. */
const published = ({ ports = [] }: Service): (string | undefined)[] =>
  ports.map((mapping) => /^127\.0\.0\.1:\d+:(\d+)$/.exec(mapping)?.[1]);

/** The environment of the blog with these profiles; Compose replaces `${NAME:+word}` by the word if NAME is set and not empty. */
function blogEnvironment(profiles: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(blog.environment!).map(([name, value]) => [
      name,
      value.replace(/\$\{COMPOSE_PROFILES:\+([^}]*)\}/, profiles === '' ? '' : '$1'),
    ]),
  );
}

describe('docker-compose.yml', () => {
  it('starts the blog alone, which then exports nothing', () => {
    const plain = SERVICES.filter((name) => compose.services[name].profiles === undefined);
    expect(plain).toEqual(['blog']);
    expect(blog.depends_on).toBeUndefined();
    const telemetry = readTelemetryConfig({ env: blogEnvironment('') });
    expect([telemetry.traceExport, telemetry.jaegerUiUrl, telemetry.warnings]).toEqual([
      undefined,
      undefined,
      [],
    ]);
  });

  it('sets nothing but what the settings tables know, to values they accept', () => {
    const env = blogEnvironment('telemetry');
    const known = [...BLOG_SETTINGS, ...TELEMETRY_SETTINGS].map(({ name }) => name);
    expect(Object.keys(env).filter((name) => !known.includes(name))).toEqual([]);
    expect(readBlogConfig({ env })).toMatchObject({ host: '0.0.0.0', publicUrl: 'http://localhost:3000' });
    const telemetry = readTelemetryConfig({ env });
    expect(telemetry.warnings).toEqual([]);
    expect(telemetry.traceExport?.url).toBe('http://collector:4318/v1/traces');
  });

  it('sends from the blog to the collector and from there to Jaeger, at ports that are listened on', () => {
    const { http, grpc } = collectorConfig.receivers.otlp.protocols;
    const { traceExport } = readTelemetryConfig({ env: blogEnvironment('telemetry') });
    expect(new URL(traceExport!.url).port).toBe(portOf(http!.endpoint));
    expect(portOf(grpc!.endpoint)).toBe('4317');
    const toJaeger = collectorConfig.exporters['otlp_grpc/jaeger'] as Endpoint;
    expect(toJaeger.endpoint).toBe(
      `jaeger:${portOf(jaegerConfig.receivers.otlp.protocols['grpc']!.endpoint)}`,
    );
  });

  it('takes every signal that the blog sends to a common endpoint: log lines were once answered with 404', () => {
    const { traceExport, metricExport, logExport } = readTelemetryConfig({
      env: blogEnvironment('telemetry'),
    });
    const signals = [traceExport, metricExport, logExport].map((target) => /[^/]+$/.exec(target!.url)![0]);
    const { pipelines } = collectorConfig.service;
    const taken = Object.keys(pipelines).filter((name) => pipelines[name]!.receivers.includes('otlp'));
    expect(taken).toEqual(signals);
    for (const name of taken) expect(pipelines[name]!.processors[0]).toBe('memory_limiter');
  });

  it('publishes the blog, Prometheus and the Jaeger of the links, on this machine alone', () => {
    expect(published(blog)).toEqual([/^EXPOSE (\d+)$/m.exec(dockerfile)![1]]);
    expect(published(collector)).toEqual([]);
    expect(published(prometheus)).toEqual(['9090']);
    expect(published(jaeger)).toEqual([portOf(jaegerConfig.extensions.jaeger_query.http.endpoint)]);
    expect(new URL(blogEnvironment('telemetry')['JAEGER_UI_URL']!).port).toBe(published(jaeger)[0]);
  });

  it('pins every image, mounts files that exist and starts with them', () => {
    const images = [
      jaeger.image,
      prometheus.image,
      ...[...collector.build!.dockerfile_inline!.matchAll(/(?:FROM |--from=)(\S+)/g)].map(
        ([, image]) => image,
      ),
    ];
    expect(images).toHaveLength(4);
    for (const image of images) expect(image).toMatch(/^[\w./-]+:v?\d+\.\d+\.\d+(-musl)?$/);
    for (const { volumes, command } of [collector, jaeger, prometheus]) {
      const mounted = volumes!.filter((volume) => volume.startsWith('./'));
      for (const volume of mounted) {
        const [source, target, mode] = volume.split(':');
        expect(existsSync(new URL(source!, root))).toBe(true);
        expect(command!.some((argument) => argument.endsWith(`=${target}`))).toBe(true);
        expect(mode).toBe('ro');
      }
      expect(mounted.length).toBeGreaterThan(0);
    }
    expect(existsSync(new URL(blog.build!.dockerfile!, root))).toBe(true);
  });

  it.each(SERVICES)('limits %s: memory, processors, processes, log, what it may write and become', (name) => {
    const service = compose.services[name];
    expect(service).toMatchObject({
      read_only: true,
      tmpfs: ['/tmp'],
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      restart: 'unless-stopped',
      pids_limit: expect.any(Number),
      cpus: expect.any(Number),
      mem_limit: expect.stringMatching(/^\d+[mg]$/),
    });
    expect(service.logging!.options).toEqual({ 'max-size': '10m', 'max-file': '3' });
  });

  it('gives every service a health check, of the port it listens on, and waits for those', () => {
    expect(dockerfile).toMatch(/^HEALTHCHECK /m);
    const checked = [collector, jaeger, prometheus].map(({ healthcheck }) => healthcheck!.test.at(-1)!);
    expect(checked).toEqual([
      `http://${collectorConfig.extensions.health_check.endpoint}/`,
      `http://127.0.0.1:${portOf(jaegerConfig.extensions.jaeger_query.http.endpoint)}/`,
      'http://127.0.0.1:9090/-/ready',
    ]);
    expect(collector.depends_on).toEqual({ jaeger: { condition: 'service_healthy' } });
    expect(prometheus.depends_on).toEqual({ collector: { condition: 'service_healthy' } });
  });

  it('keeps what has to survive in volumes', () => {
    const dataDir = /DATA_DIR=(\S+)/.exec(dockerfile)![1];
    expect(blog.volumes).toEqual([`blog-data:${dataDir}`]);
    expect(prometheus.volumes).toContain('prometheus-data:/prometheus');
    expect(Object.keys(compose.volumes)).toEqual(['blog-data', 'prometheus-data']);
  });
});

describe('deploy/prometheus.yml', () => {
  it('scrapes what the Collector offers', () => {
    const { scrape_configs } = parse(read('deploy/prometheus.yml')) as {
      readonly scrape_configs: readonly {
        readonly static_configs: readonly { readonly targets: readonly string[] }[];
      }[];
    };
    const ports = scrape_configs.flatMap((each) => each.static_configs.flatMap(({ targets }) => targets));
    const offered = portOf((collectorConfig.exporters['prometheus'] as Endpoint).endpoint);
    expect(ports).toEqual([`collector:${offered}`, 'collector:8888']);
    expect(read('deploy/collector.yaml')).toMatch(/^ +port: 8888$/m);
  });
});

describe.each([
  ['deploy/collector.yaml', collectorConfig],
  ['deploy/jaeger.yaml', jaegerConfig],
])('%s', (_name, config) => {
  it('defines what its pipelines name, names all it defines and listens to other containers', () => {
    const pipelines = Object.values(config.service.pipelines);
    for (const part of ['receivers', 'processors', 'exporters'] as const) {
      const connectors = part === 'processors' ? [] : Object.keys(config.connectors ?? {});
      const named = new Set(pipelines.flatMap((pipeline) => pipeline[part]));
      expect([...named].toSorted()).toEqual([...Object.keys(config[part]), ...connectors].toSorted());
    }
    expect(config.service.extensions ?? []).toEqual(Object.keys(config.extensions ?? {}));
    for (const { endpoint } of Object.values(config.receivers.otlp.protocols))
      expect(endpoint).toMatch(/^0\.0\.0\.0:\d+$/);
  });
});

describe('deploy/Dockerfile', () => {
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap((match) =>
    match[1]!.split(' '),
  );

  it('copies only files that exist and that the ignore file does not exclude', () => {
    const allowed = read('deploy/Dockerfile.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    expect(copied).toContain('src');
    for (const path of copied) {
      expect(existsSync(new URL(path, root))).toBe(true);
      expect(allowed).toContain(path);
    }
  });

  it('runs what npm start runs, without npm, as another user than root', () => {
    const [, command] = /^CMD (\[.+\])$/m.exec(dockerfile)!;
    const { scripts } = JSON.parse(read('package.json')) as { scripts: { start: string } };
    // In the container nobody stands between the blog and who stops it.
    const program = scripts.start.replace(' --stop-with-parent', '');
    expect((JSON.parse(command!) as string[]).join(' ')).toBe(program);
    expect(dockerfile).toMatch(/^USER node$/m);
  });

  it('asks /health with Node itself', () => {
    const [, probe] = /^ {2}CMD (\[.+\])$/m.exec(dockerfile)!;
    const [program, flag, script] = JSON.parse(probe!) as string[];
    expect([program, flag]).toEqual(['node', '-e']);
    expect(() => new Function(script!)).not.toThrow();
    expect(script).toContain('/health');
  });

  it('sets variables that the settings table knows', () => {
    const names = [...dockerfile.matchAll(/^(?:ENV| {3,}) ?([A-Z_]+)=/gm)].map((match) => match[1]!);
    const known = BLOG_SETTINGS.map(({ name }) => name);
    expect(names.filter((name) => name !== 'NODE_ENV' && !known.includes(name))).toEqual([]);
    expect(names).toContain('DATA_DIR');
  });
});
