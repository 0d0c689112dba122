import { describe, expect, it } from '@jest/globals';
import type { Marker } from '../../../otel/query.ts';
import { NO_DATA_FACTS } from '../../../src/observatory/facts/data-facts.ts';
import { overviewSummary } from '../../../src/observatory/metrics-route.ts';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { wordsOf } from '../../fixtures/page-text.ts';
import { NOW } from '../../fixtures/still-runtime.ts';
import type { Happening } from '../../fixtures/trace-player.ts';

const MINUTE = 60_000;
const AT = NOW - 20 * MINUTE;

const VERSION: Marker = {
  atMillis: AT,
  kind: 'start',
  label: 'start of version 0.2.0, before it 0.1.0',
  versions: { before: '0.1.0', after: '0.2.0' },
};

/** A route asked every so many milliseconds between two moments. */
function asked(
  name: string,
  [fromMillis, toMillis]: readonly [number, number],
  everyMillis: number,
  { millis = 1, failsEach = Infinity }: { readonly millis?: number; readonly failsEach?: number } = {},
): readonly Happening[] {
  const count = Math.floor((toMillis - fromMillis) / everyMillis);
  return Array.from({ length: count }, (_, index) => {
    const isFailed = index % failsEach === failsEach - 1;
    return {
      startMillis: fromMillis + index * everyMillis,
      spans: [
        {
          name,
          type: 'http' as const,
          at: 0,
          // One in twelve takes long anyway.
          millis: index % 12 === 5 ? 30 + millis : millis,
          attributes: { 'http.response.status_code': isFailed ? 500 : 200 },
          ...(isFailed && { error: 'RangeError' }),
        },
      ],
    };
  });
}

/** An hour before a version, and twenty minutes of it: one page takes fifty times as long, another fails. */
function deployed(): MeasuredBlog {
  const before = [NOW - 80 * MINUTE, AT - 2000] as const;
  const early = [NOW - 80 * MINUTE, NOW - 70 * MINUTE] as const;
  const after = [AT + 1000, NOW - 1000] as const;
  const blog = new MeasuredBlog({
    happened: [
      ...asked('GET /list', before, 5000),
      ...asked('GET /list', after, 5000, { millis: 50 }),
      // It failed, long ago.
      ...asked('GET /quote', early, 5000, { failsEach: 5 }),
      ...asked('GET /quote', [early[1], before[1]], 5000),
      ...asked('GET /quote', after, 5000, { failsEach: 3 }),
      ...asked('GET /', before, 3000),
      ...asked('GET /', after, 3000),
    ],
  });
  blog.telemetry.markers = () => [VERSION];
  return blog;
}

const textOf = (page: string): string => plain(wordsOf(page)).replaceAll(' ,', ',');
const plain = (words: string): string => words.replaceAll('\u00a0', ' ');
/** What is said of an operation. */
const saidOf = (name: string, words: string): string | undefined =>
  new RegExp(`${name} ((?:fails|takes) .+?)(?:;|: see|\\.(?: |$))`).exec(plain(words))?.[1];

describe('what a new version made worse', () => {
  it('is said alike by the overview, Changes, the metrics document and the health page', async () => {
    const { telemetry } = deployed();
    const { origin } = await serveObservatory(telemetry);
    const summaryOf = async (path: string): Promise<string> => {
      const response = await fetch(`${origin}${path}`, { headers: { accept: 'application/json' } });
      const { summary } = (await response.json()) as { readonly summary: string };
      return summary;
    };
    const pages = '/admin/metrics-dashboard';
    const all = [
      await summaryOf(`${pages}/changes?format=json`),
      await summaryOf(`${pages}/changes?format=json&at=${AT}`),
      await summaryOf(`${pages}?format=json`),
      await summaryOf('/admin/metrics?from=-1h'),
      (await overviewSummary(telemetry, NO_DATA_FACTS)).summary,
    ];
    const failing = all.map((words) => saidOf('/quote', words));
    const slower = all.map((words) => saidOf('/list', words));
    expect(failing[0]).toMatch(/^fails \d+ of \d+ times, before 0 of \d+ times$/);
    expect(slower[0]).toMatch(
      /^takes ×5\d(?:\.\d)? at p50, 5\d(?:\.\d)? ms or more half the time, before 1(?:\.\d+)? ms$/,
    );
    expect(new Set(failing).size).toBe(1);
    expect(new Set(slower).size).toBe(1);
    expect(plain(all[2]!)).toMatch(
      /^Some requests fail\. .* Since version 0\.2\.0 \(13:30:20\) \/quote fails /,
    );
  });

  it('is not that its process has just begun, if no other can be seen as young', async () => {
    const at = NOW - 6 * MINUTE;
    const [before, after] = [[at - 30 * MINUTE, at - 2000] as const, [at + 1000, NOW - 1000] as const];
    const saidOfRatios = async (list: number): Promise<readonly string[]> => {
      const { telemetry } = new MeasuredBlog({
        happened: [
          ...asked('GET /list', before, 2000, { millis: 4 }),
          ...asked('GET /list', after, 2000, { millis: 4 * list }),
          ...asked('GET /', before, 2000, { millis: 4 }),
          ...asked('GET /', after, 2000, { millis: 11 }),
        ],
      });
      telemetry.markers = () => [{ ...VERSION, atMillis: at }];
      const { origin } = await serveObservatory(telemetry);
      const changes = await (await fetch(`${origin}/admin/metrics-dashboard/changes?format=json`)).json();
      const { summary: all } = changes as { readonly summary: string };
      return [plain(all), plain((await overviewSummary(telemetry, NO_DATA_FACTS)).summary)];
    };
    const [all, overview] = await saidOfRatios(1);
    expect(all).toMatch(
      /^Nothing changed beyond chance, .* The process has just begun: .* allow for ×5\.0\.$/,
    );
    expect(overview).not.toMatch(/[Ss]ince version|[Pp]erhaps/);
    const [, planted] = await saidOfRatios(50);
    expect(planted).toMatch(/Since version 0\.2\.0 \(13:44:20\) \/list takes ×(?:50|49)/);
    expect(planted).not.toMatch(/; \/ takes/);
  });

  it('is found among many routes that take more time', async () => {
    const blog = new MeasuredBlog({
      happened: [
        ...Array.from({ length: 40 }, (_, route) =>
          asked(`GET /slow/${route}`, [AT - 20 * MINUTE, NOW - 1000], 20_000, { millis: 400 }),
        ).flat(),
        ...asked('GET /quote', [AT - 20 * MINUTE, AT - 2000], 5000),
        ...asked('GET /quote', [AT + 1000, NOW - 1000], 5000, { failsEach: 3 }),
      ],
    });
    blog.telemetry.markers = () => [VERSION];
    const { summary } = await overviewSummary(blog.telemetry, NO_DATA_FACTS);
    expect(saidOf('/quote', summary)).toMatch(/^fails \d+ of \d+ times, before 0 of \d+ times$/);
  });
});

describe('the pages of a route and of two traces', () => {
  const TRACES = ['a', 'b'].map((digit) => digit.repeat(32));
  const versioned = (): MeasuredBlog => {
    const blog = deployed();
    const [old, young] = TRACES;
    const { telemetry } = blog;
    const [trace, processes] = [telemetry.trace.bind(telemetry), telemetry.processes()];
    telemetry.trace = (traceId) => {
      const held = trace(
        telemetry.traces({ series: 'GET /list', sort: traceId === old ? 'newest' : 'slowest' }).rows[0]!
          .traceId,
      );
      return 'spans' in held && (traceId === old || traceId === young)
        ? { ...held, traceId, version: traceId === old ? '0.1.0' : '0.2.0' }
        : trace(traceId);
    };
    const [own] = processes;
    Object.assign(telemetry, {
      processes: () => [
        { ...own!, version: '0.1.0', endedAtMillis: AT - 2000, ended: 'stopped' },
        { ...own!, startedAtMillis: AT, version: '0.2.0' },
      ],
    });
    return blog;
  };

  it('name the versions of their sides', async () => {
    const { origin } = await serveObservatory(versioned().telemetry);
    const read = async (path: string): Promise<string> => {
      const response = await fetch(`${origin}/admin/metrics-dashboard${path}`, {
        headers: { accept: 'text/html' },
      });
      return textOf(await response.text());
    };
    expect(await read('/route?name=GET+%2Flist')).toContain('before, version 0.1.0 after, version 0.2.0');
    expect(await read('/changes')).toContain(
      'from every operation · version 0.1.0 before, version 0.2.0 after',
    );
    const compared = await read(`/traces/compare?trace=${TRACES[1]}&with=${TRACES[0]}`);
    expect(compared).toContain('It is of version 0.2.0, the other of version 0.1.0.');
    expect(compared.match(/version 0\.[12]\.0, 1 span/g)).toEqual([
      'version 0.2.0, 1 span',
      'version 0.1.0, 1 span',
    ]);
  });

  it('offer the slowest traces of the new version, which those of the old one may hide', async () => {
    const { origin } = await serveObservatory(versioned().telemetry);
    const response = await fetch(`${origin}/admin/metrics-dashboard/route?name=GET+%2Flist`, {
      headers: { accept: 'text/html' },
    });
    const [, href = ''] =
      /<a href="([^"]*)"\s*>those since version 0\.2\.0 \(13:30:20\)<\/a/.exec(await response.text()) ?? [];
    const address = new URL(href.replaceAll('&amp;', '&'), origin);
    expect(Object.fromEntries(address.searchParams)).toMatchObject({
      series: 'GET /list',
      sort: 'slowest',
      q: 'version:0.2.0',
    });
  });
});

describe('a route that fails for three minutes of an hour', () => {
  it('is said by the overview, with when it began', async () => {
    const began = NOW - 3 * MINUTE;
    const { telemetry } = new MeasuredBlog({
      happened: [
        ...asked('GET /late', [NOW - 60 * MINUTE, began], 5000),
        ...asked('GET /late', [began, NOW - 1000], 5000, { failsEach: 1 }),
        ...asked('GET /', [NOW - 60 * MINUTE, NOW - 1000], 1000),
      ],
    });
    const { summary, limits } = await overviewSummary(telemetry, NO_DATA_FACTS);
    expect(limits.find(({ key }) => key === 'failed')?.state).toBe('holds');
    expect(plain(summary)).toMatch(
      /^One route fails often\. .* \/late failed for (?:9\d|100) % of its 3\d requests since 13:4[67]:\d\d\./,
    );
  });
});
