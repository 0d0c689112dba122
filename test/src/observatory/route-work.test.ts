import { describe, expect, it } from '@jest/globals';
import type { Stall } from '../../../otel/query.ts';
import { stallGroups } from '../../../src/observatory/facts/stall-groups.ts';
import { stallPlace } from '../../../src/observatory/facts/stall-place.ts';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { NOW } from '../../fixtures/still-runtime.ts';
import { statement, TAGS_TEXT } from '../../fixtures/trace-sketches.ts';

const idOf = (digit: string): string => `${digit.repeat(18)}${'f'.repeat(14)}`;
const request = (digit: string, millis: number) => ({
  traceId: idOf(digit),
  startMillis: NOW - 60_000 + Number.parseInt(digit, 16) * 2000,
  spans: [
    { name: 'GET /listening', type: 'http' as const, at: 0, millis },
    { ...statement(TAGS_TEXT, 1), at: 0.1, millis: 0.2 },
  ],
});

/** A request was in its own code and blocked the loop for so long. */
const stall = (
  digit: string,
  durationMillis: number,
  name = 'rankListens',
  series = 'GET /listening',
): Stall => ({
  atMillis: NOW - 60_000 + Number.parseInt(digit, 16) * 2000 + durationMillis,
  durationMillis,
  processStartedAtMillis: NOW - 3_600_000,
  place: { name, location: 'src/demo/rank.ts:88', origin: 'app' },
  placeShare: 1,
  sampledShare: 1,
  callers: [],
  holder: { traceId: idOf(digit), spanId: digit.repeat(16), type: 'http', series, route: series },
  delayed: [],
  delayedCount: 0,
});

async function said(stalls: readonly Stall[], of: string): Promise<string> {
  const blog = new MeasuredBlog({ happened: [request('1', 9), request('2', 300), request('3', 200)] });
  for (const each of stalls) blog.stall(each);
  const { origin } = await serveObservatory(blog.telemetry);
  const page = await fetch(`${origin}/admin/metrics-dashboard/traces/${idOf(of)}?format=json`);
  const { summary } = (await page.json()) as { readonly summary: string };
  return summary;
}

describe('the page of a request whose own time is in no recorded stall', () => {
  const known = [stall('2', 280), stall('2', 60), stall('3', 180), stall('3', 70, 'draw')];

  it('says in what other requests of its route worked, and how many, as the ledger has it', async () => {
    expect(await said(known, '1')).toMatch(
      /work in its code, or waiting .* In 2 other requests of this route in the last hour, each of which held the event loop for 60.ms or longer, it was work in rankListens src\/demo\/rank\.ts:88; whether in this one, too, was not recorded\.$/,
    );
  });

  it('says nothing of it if all others took much longer', async () => {
    expect(await said([stall('2', 280), stall('3', 180)], '1')).not.toContain('other request');
  });

  it('says nothing of it with a stall of its own, of another route, or without any', async () => {
    expect(await said(known, '2')).not.toContain('other request');
    expect(await said([stall('2', 280, 'rank', 'GET /other')], '1')).not.toContain('other request');
    expect(await said([], '1')).not.toContain('other request');
  });

  it('counts itself out', async () => {
    expect(await said([stall('2', 280)], '3')).toMatch(/ In another request of this route .*, which held /);
  });
});

describe('code without a name', () => {
  const unnamed = (callers: Stall['callers'], location?: string): Stall => ({
    ...stall('2', 90),
    place: { name: '(anonymous)', location, origin: 'node' },
    callers,
  });
  it.each<[string, Stall]>([
    ['function at src/site/feed.ts:12', unnamed([], 'src/site/feed.ts:12')],
    ['code of Node.js without a name', unnamed([])],
    [
      'code of Node.js without a name, called by drawFeed src/site/feed.ts:9',
      unnamed([
        { name: '(anonymous)', location: undefined, origin: 'node' },
        { name: 'drawFeed', location: 'src/site/feed.ts:9', origin: 'app' },
      ]),
    ],
    [
      'code of Node.js without a name, called by the function at src/site/feed.ts:9',
      unnamed([{ name: '(anonymous)', location: 'src/site/feed.ts:9', origin: 'app' }]),
    ],
  ])('is %s', (words, held) => {
    expect(stallPlace(held)).toBe(words);
    expect(stallGroups([held])[0]?.functionName).not.toBe('(anonymous)');
  });
});
