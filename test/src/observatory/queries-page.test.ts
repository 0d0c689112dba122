import { expect, it } from '@jest/globals';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { wordsOf } from '../../fixtures/page-text.ts';
import { NOW } from '../../fixtures/still-runtime.ts';
import { PLAIN, TAGS_TEXT } from '../../fixtures/trace-sketches.ts';

const PATH = '/admin/metrics-dashboard/queries';

async function queries(count: number): Promise<string> {
  const loop = Array.from({ length: count }, (_, index) => ({
    name: TAGS_TEXT,
    type: 'database' as const,
    at: 1 + index / 100,
    millis: 0.005,
  }));
  const { telemetry } = new MeasuredBlog({
    happened: [{ startMillis: NOW - 2000, spans: [...PLAIN.slice(0, 1), ...loop] }],
  });
  const { origin } = await serveObservatory(telemetry);
  return wordsOf(await (await fetch(`${origin}${PATH}`)).text());
}

it('lists a loop of forty statements that costs next to nothing, and says so', async () => {
  const words = await queries(40);
  expect(words).toMatch(/ is repeated \d+ times within one request of \S+ ?, at little cost so far\./);
  expect(words).toMatch(/×40 .*cheap so far: 40 times, 200 µs in all/);
  expect(words).toMatch(/ 1 of 1 request looked at, 40 times each/);
});

it('says in how many of the requests of a route that were looked at a statement is repeated, not in how many of all', async () => {
  const loopOf = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      name: TAGS_TEXT,
      type: 'database' as const,
      at: 1 + index,
      millis: 0.5,
    }));
  const of = (route: string) => ({
    ...PLAIN[0]!,
    name: `GET ${route}`,
    attributes: { ...PLAIN[0]!.attributes, 'http.route': route },
  });
  const ledger = [40, 40, 12, 0, 40];
  const { telemetry } = new MeasuredBlog({
    happened: [
      ...ledger.map((count, index) => ({
        startMillis: NOW - 10_000 * (index + 1),
        spans: [{ ...of('/gallery'), millis: 90 }, ...loopOf(count)],
      })),
      ...Array.from({ length: 7 }, (_, index) => ({
        startMillis: NOW - 1000 * (index + 1),
        spans: [of('/about')],
      })),
    ],
  });
  const { origin } = await serveObservatory(telemetry);
  expect(wordsOf(await (await fetch(`${origin}${PATH}`)).text())).toMatch(
    / 4 of 5 requests looked at, 12 to 40 times each/,
  );
  const { facts } = (await (await fetch(`${origin}${PATH}?format=json`)).json()) as {
    facts: { repeated: { rows: unknown[] } };
  };
  expect(facts.repeated.rows).toMatchObject([{ traces: 4, of_traces: 5, fewest: 12, most: 40 }]);
});

it('says beside one that costs time how many of the table are cheap', async () => {
  const loopOf = (name: string, millis: number) =>
    Array.from({ length: 20 }, (_, index) => ({
      name,
      type: 'database' as const,
      at: 1 + index * (millis + 0.1),
      millis,
    }));
  const request = PLAIN.slice(0, 1).map((span) => ({ ...span, millis: 200 }));
  const { telemetry } = new MeasuredBlog({
    happened: [
      { startMillis: NOW - 4000, spans: [...request, ...loopOf(TAGS_TEXT, 4)] },
      { startMillis: NOW - 3000, spans: [...request, ...loopOf('SELECT a FROM b WHERE c = ?', 0.005)] },
      { startMillis: NOW - 2000, spans: [...request, ...loopOf('SELECT d FROM e WHERE f = ?', 0.005)] },
    ],
  });
  const { origin } = await serveObservatory(telemetry);
  expect(wordsOf(await (await fetch(`${origin}${PATH}`)).text())).toMatch(
    / is repeated \d+ times within one request of \S+ ?and costs time; 2 more are repeated at little cost\./,
  );
});

it('says that none was found only of the requests that were checked', async () => {
  expect(await queries(9)).toContain('None found in the requests that were checked.');
});

it('lists every repetition in pages, each once', async () => {
  const happened = Array.from({ length: 130 }, (_, index) => ({
    startMillis: NOW - 10_000 * (index + 1),
    spans: [
      ...PLAIN.slice(0, 1).map((span) => ({ ...span, millis: 90 })),
      ...Array.from({ length: 12 }, (__, at) => ({
        name: `SELECT a${index} FROM b WHERE c = ?`,
        type: 'database' as const,
        at: 1 + at,
        // Half of them take as long as another one.
        millis: 0.5 + Math.floor(index / 2) / 1000,
      })),
    ],
  }));
  const { origin } = await serveObservatory(new MeasuredBlog({ happened }).telemetry);
  const pages: (readonly string[])[] = [];
  for (let address: string | undefined = PATH; address !== undefined && pages.length < 9;) {
    const page: string = await (await fetch(origin + address)).text();
    const [, repeated = ''] = page.split('Repeated within one request');
    pages.push([...repeated.matchAll(/<tr data-key="([^"]+)"/g)].map(([, key = '']) => key));
    address = /rel="next" href="([^"]*below=[^"]+)"/.exec(repeated)?.[1]?.replaceAll('&amp;', '&');
  }
  expect(pages.map(({ length }) => length)).toEqual([100, 30]);
  expect(new Set(pages.flat()).size).toBe(130);
});

it('tells repeated statements apart whose texts begin alike', async () => {
  const alike = 'SELECT id FROM posts WHERE status = ? AND deleted_at IS NULL AND published_at <= @now';
  const texts = [`${alike} AND id < ?`, `${alike} AND slug > ?`];
  const request = PLAIN.slice(0, 1).map((span) => ({ ...span, millis: 200 }));
  const happened = texts.map((name, index) => ({
    startMillis: NOW - 4000 + index * 1000,
    spans: [
      ...request,
      ...Array.from({ length: 12 }, (_, at) => ({
        name,
        type: 'database' as const,
        at: 1 + at,
        millis: 0.5,
      })),
    ],
  }));
  const { origin } = await serveObservatory(new MeasuredBlog({ happened }).telemetry);
  const page = await (await fetch(`${origin}${PATH}`)).text();
  const repeated = wordsOf(page.slice(page.indexOf('Repeated within one request')));
  for (const words of ['… id &lt; ?', '… slug &gt; ?']) expect(repeated).toContain(words);
});
