import { describe, expect, it } from '@jest/globals';
import type { Downtime, DowntimeFacts } from '../../../otel/query.ts';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { wordsOf } from '../../fixtures/page-text.ts';
import { NOW } from '../../fixtures/still-runtime.ts';

const MINUTE = 60_000;

/** What happened: minutes ago, how long in seconds, how. */
const LEDGER = [
  [600, 20, 'stopped'],
  [300, 51, 'killed'],
  [200, 7, 'crashed'],
] as const;
const rows = LEDGER.map(([ago, seconds, ended]): Downtime => {
  const fromMillis = NOW - ago * MINUTE;
  const toMillis = fromMillis + seconds * 1000;
  return {
    ended,
    fromMillis,
    toMillis,
    seenMillis: fromMillis,
    isWhole: true,
    startedMillis: toMillis,
    uncertainMillis: ended === 'killed' ? 2000 : 0,
    reason: ended === 'crashed' ? 'exit code 3' : undefined,
  };
});
const iso = (ago: number): string => new Date(NOW - ago * MINUTE).toISOString();

async function pages(
  ...[options]: ConstructorParameters<typeof MeasuredBlog>
): Promise<(address: string) => Promise<string>> {
  const blog = new MeasuredBlog(options);
  const facts: DowntimeFacts = { rows, sinceMillis: NOW - 1000 * MINUTE, precisionMillis: 2000 };
  Object.defineProperty(blog.telemetry, 'downtime', { value: () => facts });
  const { origin } = await serveObservatory(blog.telemetry);
  return async (address) => {
    const url = address.startsWith('/admin') ? address : `/admin/metrics-dashboard${address}`;
    return (await fetch(origin + url, { headers: { accept: 'text/html' } })).text();
  };
}

describe('the page about downtime', () => {
  it('leads from an hour without any to those before it, lists them and says what cannot be known', async () => {
    const read = await pages();
    const page = await read('/downtime');
    const words = wordsOf(page);
    expect(words).toContain('The blog ran all the time in the last hour. Before this range it was ');
    expect(words).toMatch(
      / down 3 times , 2 of them ended without being asked to, the last: 7 s from [\d:]+, crashed \(exit code 3\)\./,
    );
    expect(words).toMatch(/Before this range not counted above .* crashed exit code 3 .* killed .* stopped /);
    expect(words).toContain('killed : it had no time to note anything: SIGKILL,');
    expect(words).not.toContain('machine restarted');
    const [, href = ''] = /<a class="tone-failed" href="([^"]*)"\s*>down 3 times/.exec(page) ?? [];
    const led = wordsOf(await read(href.replaceAll('&amp;', '&')));
    expect(led).toMatch(/Down 3 times .*, altogether 76 to 78 s; 2 of them ended without being asked to\./);
    expect(led).not.toContain('Before this range');
  });

  it('counts what failed before an end as operations, since a request fails with its statement', async () => {
    const failed = { at: 0, millis: 5, error: 'no such table' };
    const read = await pages({
      happened: [
        {
          startMillis: NOW - 201 * MINUTE + 40_000,
          spans: [
            { ...failed, name: 'GET /search', type: 'http' },
            { ...failed, name: 'SELECT posts', type: 'database' },
          ],
        },
      ],
    });
    expect(wordsOf(await read(`/downtime?from=${iso(210)}&to=${iso(190)}`))).toMatch(
      /crashed \(exit code 3\); in its last minute 2 failed operations \./,
    );
  });

  it('of a range that ended in the past tells what came before and after it apart', async () => {
    const read = await pages();
    const words = wordsOf(await read(`/downtime?from=${iso(310)}&to=${iso(290)}`));
    expect(words).toMatch(/Down once between .*: 49 to 51 s from [\d:]+, killed/);
    expect(words).toMatch(/Before this range it was down once more : 20 s from [\d:]+, stopped\./);
    expect(words).toMatch(/After this range it was down once more : 7 s from [\d:]+, crashed/);
  });

  it('tells the same of a stop that began before the range on every page, with its true begin', async () => {
    const read = await pages();
    // The stop of 51 s, of which the last 11 s are within.
    const begin = NOW - 300 * MINUTE;
    const from = new Date(begin + 40_000).toISOString();
    const [page, process, overview] = await Promise.all(
      ['/downtime', '/process', ''].map(async (path) =>
        wordsOf(await read(`${path}?from=${from}&to=${iso(250)}`)),
      ),
    );
    const said = /Down once [^.]*: 49 to 51 s from ([\d:]+) \(began before this range\), killed/;
    expect(said.exec(page!)?.[1]).toBe(said.exec(process!)?.[1]);
    expect(new Date(begin).toISOString()).toContain(said.exec(page!)?.[1]);
    expect(page).toMatch(/[\d:]+ began before this range .*49 to 51 s/);
    expect(page).toContain(`known since`);
    expect(page).not.toMatch(new RegExp(`known since ${from.slice(11, 19)}`));
    expect(overview).toContain('the blog was down for 49 to 51 s');
  });

  it('is found from the overview and the process, whose hour hides the end before it', async () => {
    const read = await pages();
    const overview = wordsOf(await read(''));
    expect(overview).toMatch(
      /Before this range the blog was down for 7 s from [\d:]+, crashed \(exit code 3\)\./,
    );
    expect(wordsOf(await read('/process'))).toContain('Before this range it was down 3 times');
    // Of a day without any other end.
    expect(wordsOf(await read('?from=-24h'))).not.toContain('Before this range');
  });
});
