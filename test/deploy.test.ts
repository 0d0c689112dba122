import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { readTelemetryConfig, TELEMETRY_SETTINGS } from '../otel/config.ts';
import { BLOG_SETTINGS, readBlogConfig } from '../src/process/config.ts';

const root = new URL('../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: readonly string[];
}
interface Endpoint {
  readonly endpoint: string;
}
interface CollectorConfig {
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly receivers: { readonly otlp: { readonly protocols: Readonly<Record<string, Endpoint>> } };
  readonly processors: Readonly<Record<string, unknown>>;
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

const compose = parse(read('docker-compose.yml')) as {
  readonly services: Readonly<Record<'blog' | 'collector' | 'jaeger', Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const { blog, collector, jaeger } = compose.services;
const collectorConfig = parse(read('deploy/collector.yaml')) as CollectorConfig;
const jaegerConfig = parse(read('deploy/jaeger.yaml')) as CollectorConfig & {
  readonly extensions: { readonly jaeger_query: { readonly http: Endpoint } };
};
const dockerfile = read('deploy/Dockerfile');
const portOf = (endpoint: string): string => /:(\d+)$/.exec(endpoint)![1]!;
/** Ports of the container that compose publishes; each only on this machine. */
const published = ({ ports = [] }: Service): (string | undefined)[] =>
  ports.map((mapping) => /^127\.0\.0\.1:\d+:(\d+)$/.exec(mapping)?.[1]);

describe('docker-compose.yml', () => {
  it('sets nothing but what the settings tables know, to values they accept', () => {
    const env = blog.environment!;
    const known = [...BLOG_SETTINGS, ...TELEMETRY_SETTINGS].map(({ name }) => name);
    expect(Object.keys(env).filter((name) => !known.includes(name))).toEqual([]);
    expect(readBlogConfig({ env })).toMatchObject({ host: '0.0.0.0', publicUrl: 'http://localhost:3000' });
    const telemetry = readTelemetryConfig({ env });
    expect(telemetry.warnings).toEqual([]);
    expect(telemetry.exportEndpoint).toBe('http://collector:4318/v1/traces');
  });

  it('sends from the blog to the collector and from there to Jaeger, at ports that are listened on', () => {
    const { http, grpc } = collectorConfig.receivers.otlp.protocols;
    expect(new URL(blog.environment!['OTEL_EXPORTER_OTLP_ENDPOINT']!).port).toBe(portOf(http!.endpoint));
    expect(portOf(grpc!.endpoint)).toBe('4317');
    const toJaeger = collectorConfig.exporters['otlp_grpc/jaeger'] as Endpoint;
    expect(toJaeger.endpoint).toBe(
      `jaeger:${portOf(jaegerConfig.receivers.otlp.protocols['grpc']!.endpoint)}`,
    );
  });

  it('takes every signal that the blog sends to a common endpoint: log lines were once answered with 404', () => {
    const { traceExport, metricExport, logExport } = readTelemetryConfig({ env: blog.environment! });
    const signals = [traceExport, metricExport, logExport].map((target) => /[^/]+$/.exec(target!.url)![0]);
    expect(Object.keys(collectorConfig.service.pipelines)).toEqual(signals);
  });

  it('publishes the blog, the metrics and the Jaeger of the links, on this machine alone', () => {
    expect(published(blog)).toEqual([/^EXPOSE (\d+)$/m.exec(dockerfile)![1]]);
    expect(published(collector)).toEqual([
      portOf((collectorConfig.exporters['prometheus'] as Endpoint).endpoint),
    ]);
    expect(published(jaeger)).toEqual([portOf(jaegerConfig.extensions.jaeger_query.http.endpoint)]);
    expect(new URL(blog.environment!['JAEGER_UI_URL']!).port).toBe(published(jaeger)[0]);
  });

  it('pins every image, mounts files that exist and starts with them', () => {
    for (const { image, volumes, command } of [collector, jaeger]) {
      expect(image).toMatch(/^[\w./-]+:\d+\.\d+\.\d+$/);
      const [source, target, mode] = volumes![0]!.split(':');
      expect(existsSync(new URL(source!, root))).toBe(true);
      expect(command).toEqual([`--config=${target}`]);
      expect(mode).toBe('ro');
    }
    expect(existsSync(new URL(blog.build!.dockerfile, root))).toBe(true);
  });

  it('keeps the data folder of the image in a volume', () => {
    const dataDir = /DATA_DIR=(\S+)/.exec(dockerfile)![1];
    const [volume, target] = blog.volumes![0]!.split(':');
    expect(target).toBe(dataDir);
    expect(compose.volumes).toHaveProperty(volume!);
  });
});

describe.each([
  ['deploy/collector.yaml', collectorConfig],
  ['deploy/jaeger.yaml', jaegerConfig],
])('%s', (_name, config) => {
  it('defines what its pipelines name, names all it defines and listens to other containers', () => {
    const pipelines = Object.values(config.service.pipelines);
    for (const part of ['receivers', 'processors', 'exporters'] as const) {
      const named = new Set(pipelines.flatMap((pipeline) => pipeline[part]));
      expect([...named].toSorted()).toEqual(Object.keys(config[part]).toSorted());
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

  it('copies what exists and what the ignore file lets through', () => {
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
