import { beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as conventions from '@opentelemetry/semantic-conventions/incubating';
import { parse } from 'yaml';
import { httpReceiver } from '../otel/export/receivers.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { BlogProcess, START_ARGUMENTS } from './blog-process.ts';

const NAMES = fileURLToPath(new URL('../../docs/conventions/names.yaml', import.meta.url));
/** The demo's server has pages that fail, repeat statements, and write. */
const DEMO_ARGUMENTS = [...START_ARGUMENTS.slice(0, -1), 'src/demo/serve.ts'];
const VIEWS = [
  '/',
  '/',
  '/archive',
  '/tags',
  '/feed.rss',
  '/feed.atom',
  '/feed.json',
  '/search?q=index',
  '/demo/reading-list',
  '/demo/guestbook',
  '/nowhere',
  '/feed.rss?page=x',
  '/admin',
  '/sitemap.xml',
];

interface Declared {
  readonly groups: readonly {
    readonly type: string;
    readonly metric_name?: string;
    readonly attributes?: readonly { readonly id?: string; readonly ref?: string }[];
  }[];
}

const declared: Declared = parse(readFileSync(NAMES, 'utf8'));
const OWN_METRICS = new Set(declared.groups.flatMap(({ metric_name: name }) => name ?? []));
const OWN_ATTRIBUTES = new Set(
  declared.groups.flatMap(({ attributes = [] }) => attributes.flatMap(({ id }) => id ?? [])),
);
const exported = Object.entries<unknown>(conventions);
const STANDARD_METRICS: ReadonlySet<unknown> = new Set(
  exported.flatMap(([name, value]) => (name.startsWith('METRIC_') ? value : [])),
);
const STANDARD_ATTRIBUTES: ReadonlySet<string> = new Set(
  exported.flatMap(([name, value]) => (name.startsWith('ATTR_') && typeof value === 'string' ? value : [])),
);
/** `http.request.header.` and the like, which any name may follow. */
const STANDARD_PREFIXES = exported.flatMap(([name, value]) =>
  name.startsWith('ATTR_') && typeof value === 'function'
    ? [String(Reflect.apply(value, undefined, ['']))]
    : [],
);

const isStandard = (name: string): boolean =>
  STANDARD_ATTRIBUTES.has(name) || STANDARD_PREFIXES.some((prefix) => name.startsWith(prefix));
/** Returns true if the name continues another one: `a.b` continues `a`. */
const isWithin = (name: string, others: ReadonlySet<string>): boolean =>
  name.split('.').some((_, parts, all) => parts > 0 && others.has(all.slice(0, parts).join('.')));
const firstPart = (name: string): string => name.split('.')[0]!;

/** What each key of a JSON document holds, wherever it is in it. */
function valuesOf(document: unknown, key: string): unknown[] {
  if (typeof document !== 'object' || document === null) return [];
  return Object.entries(document).flatMap(([name, value]) => [
    ...(name === key ? [value] : []),
    ...valuesOf(value, key),
  ]);
}

describe('the names in what a blog exports', () => {
  const documents = new Map<string, unknown[]>();

  beforeAll(async () => {
    await using receiver = await httpReceiver();
    const blog = await BlogProcess.start(
      temporaryFolder(),
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        METRICS_CLIENT_ADDRESS: 'true',
        METRICS_SLOW_REQUEST_THRESHOLD: '0',
      },
      DEMO_ARGUMENTS,
    );
    for (const path of VIEWS) await blog.ask(path);
    await blog.ask('/metrics', { headers: { authorization: 'Bearer wrong' } });
    // Ending sends what waits, so that nothing has to be waited for.
    await blog.stop();
    for (const { path, body } of receiver.bodies)
      documents.set(path, [...(documents.get(path) ?? []), JSON.parse(new TextDecoder().decode(body))]);
  });

  const keysOf = (path: string): string[] => {
    const keys = valuesOf(documents.get(path), 'attributes').flatMap((pairs) => valuesOf(pairs, 'key'));
    return [...new Set(keys.map(String))].toSorted();
  };

  it.each(['/v1/traces', '/v1/logs', '/v1/metrics'])(
    'of attributes are those of the conventions, or declared, in %s',
    (path) => {
      const keys = keysOf(path);
      expect(keys.length).toBeGreaterThan(5);
      expect(keys.filter((key) => !isStandard(key) && !OWN_ATTRIBUTES.has(key))).toEqual([]);
    },
  );

  it('of metrics are those of the conventions, or declared', () => {
    const metrics = valuesOf(documents.get('/v1/metrics'), 'metrics').flat();
    const names = [...new Set(metrics.flatMap((metric) => String(Object(metric).name)))];
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !STANDARD_METRICS.has(name) && !OWN_METRICS.has(name))).toEqual([]);
  });

  it('that are declared are no namespace of one another, nor of the conventions', () => {
    const all = [...OWN_ATTRIBUTES, ...STANDARD_ATTRIBUTES];
    expect(
      [...OWN_ATTRIBUTES].filter(
        (name) => all.some((other) => other.startsWith(`${name}.`)) || isWithin(name, STANDARD_ATTRIBUTES),
      ),
    ).toEqual([]);
  });

  it('that are declared are in namespaces that the conventions do not have', () => {
    const reserved = new Set([...STANDARD_ATTRIBUTES, ...STANDARD_PREFIXES].map(firstPart));
    expect(reserved).toContain('http');
    expect(
      [...OWN_ATTRIBUTES].filter((name) => !name.includes('.') || reserved.has(firstPart(name))),
    ).toEqual([]);
  });
});
