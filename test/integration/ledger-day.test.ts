import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { travel, type Moments } from './nine-days.ts';
import { SentRequests, type Sent } from './sent-requests.ts';
import { Pages, type Said, type SaidRange } from './ways-to-a-count.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const PRESETS = ['-5m', '-15m', '-1h', '-6h', '-24h', '-7d', '-30d'];

interface CountedObjective {
  readonly objective: string;
  readonly total: number;
  readonly bad: number;
  readonly burns: readonly { readonly millis: number; readonly total: number; readonly bad: number }[];
}

const iso = (millis: number): string => new Date(millis).toISOString();
const between = (fromMillis: number, toMillis: number): string =>
  `from=${iso(fromMillis)}&to=${iso(toMillis)}`;

function counts(sent: readonly Sent[]): Required<Omit<Said, 'kept'>> {
  const of = (test: (outcome: Sent['outcome']) => boolean): number =>
    sent.filter(({ outcome }) => test(outcome)).length;
  return {
    count: sent.length,
    errors: of((outcome) => outcome >= 500),
    clientErrors: of((outcome) => outcome >= 400 && outcome < 500),
    aborted: 0,
  };
}

function bySeries(sent: readonly Sent[]): Record<string, number> {
  return Object.fromEntries(
    [...Map.groupBy(sent, ({ series }) => series)].map(([series, { length }]) => [series, length]),
  );
}

const EVERY = { METRICS_SAMPLING_RATE: '1' };
const FEW = { METRICS_SAMPLING_RATE: 'http=0.2,database=0,render=0' };

describe('a day of known requests over three restarts and two clock steps, sampled from the second restart on', () => {
  const journey = new SentRequests(EVERY);
  let moments: Moments;
  let pages: Pages;
  beforeAll(async () => {
    moments = await travel(journey, FEW);
    pages = new Pages(journey.clocked.blog, journey.owner);
  });
  afterAll(() => journey.end());

  const now = (): number => journey.clocked.wallMillis;
  /** A request that was sent so long ago, or the nearest before it. */
  const sentAgo = (millis: number): number =>
    Math.max(...journey.sent.map(({ atMillis }) => atMillis).filter((at) => at <= now() - millis));
  const ranges: readonly (readonly [string, () => string])[] = [
    ...PRESETS.map((from) => [`from=${from}`, () => `from=${from}`] as const),
    ['a second three hours ago', () => between(sentAgo(3 * HOUR), sentAgo(3 * HOUR) + SECOND)],
    ['a minute thirty hours ago', () => between(sentAgo(30 * HOUR), sentAgo(30 * HOUR) + MINUTE)],
    ['an hour of a week ago', () => between(sentAgo(7 * DAY), sentAgo(7 * DAY) + HOUR)],
    ['over the clean restart', () => between(moments.clean - 20 * MINUTE, moments.clean + HOUR)],
    ['over the kill', () => between(moments.killed - 20 * MINUTE, moments.killed + HOUR)],
    ['before the kill', () => between(moments.killed - 3 * HOUR, moments.killed - HOUR)],
    ['over the step back', () => between(moments.back - 2 * HOUR, moments.back + 2 * HOUR)],
    ['over the step ahead', () => between(moments.ahead - HOUR, moments.ahead + 4 * HOUR)],
    ['from the step back until now', () => `from=${iso(moments.back - HOUR)}`],
  ];

  function inRange(range: SaidRange): { readonly all: readonly Sent[]; readonly certain: readonly Sent[] } {
    const all = journey.sentIn({ fromMillis: range.from_ms, toMillis: range.to_ms });
    const isCertain = ({ atMillis }: Sent): boolean =>
      !range.missing.some(({ from_ms, to_ms }) => atMillis >= from_ms && atMillis < to_ms);
    return { all, certain: all.filter(isCertain) };
  }

  it.each(ranges)('every place says the same of %s: what was sent, or at least that', async (_, query) => {
    const { range, http, database, render, routes, failures, rail, cardRate } = await pages.ways(query());
    const { all, certain } = inRange(range);
    const first = http['overview JSON']!;
    for (const [type, places] of Object.entries({ http, database, render }))
      for (const [place, said] of Object.entries(places))
        expect({ type, place, ...said }).toEqual({
          type,
          place,
          ...said,
          ...pick(places['overview JSON']!, said),
        });
    for (const [place, rows] of Object.entries(routes))
      expect({ place, rows }).toEqual({ place, rows: routes['routes JSON'] });
    for (const count of Object.values(failures)) expect(count).toBe(failures['operations']);
    expect(rail).toBe(cardRate);

    if (range.missing.length === 0) {
      expect(first).toMatchObject(counts(all));
      expect(routes['routes JSON']).toEqual(bySeries(all));
    } else {
      expect(first.count).toBeLessThanOrEqual(all.length);
      expect(first.count).toBeGreaterThanOrEqual(certain.length);
      expect(range.notes.join(' ')).toContain('Lower bounds');
    }
    if (range.to_ms <= moments.killed) expect(first.kept).toBe(first.count);
    else if (range.from_ms > moments.killed) expect(first.kept).toBeLessThan(first.count!);
  });

  it('only the kill makes numbers uncertain, and only around its time', async () => {
    const { range, http } = await pages.ways('from=-7d');
    const { all, certain } = inRange(range);
    expect(range.missing.map(({ reason }) => reason)).toEqual(['killed']);
    const { from_ms, to_ms } = range.missing[0]!;
    // Of the ten seconds that are open nothing is written, and five pass between two writes.
    const lastMillis = moments.killed - 15 * SECOND;
    expect(from_ms).toBeGreaterThanOrEqual(lastMillis);
    expect(to_ms).toBeLessThanOrEqual(moments.killed + MINUTE);
    const last = journey.sent.filter(({ atMillis: at }) => at >= lastMillis && at <= moments.killed);
    expect(all.length - certain.length).toBeLessThanOrEqual(last.length);
    expect(http['overview JSON']!.count).toBeGreaterThanOrEqual(certain.length);
  });

  it('the page of each route says what the list of routes says', async () => {
    for (const query of ['from=-1h', 'from=-24h', 'from=-7d']) {
      const { routes } = await pages.ways(query);
      for (const [name, count] of Object.entries(routes['routes JSON']!))
        expect({ name, ...(await pages.route(name, query)) }).toEqual({
          name,
          row: count,
          statuses: count,
          timeline: count,
          'heat map': count,
        });
    }
  });

  it('objectives count availability as the list of what was sent has it, exactly where no count is lost', async () => {
    const { facts } = await pages.json<{ objectives: readonly CountedObjective[] }>('/objectives');
    const { total, bad, burns } = facts.objectives.find(({ objective }) =>
      objective.startsWith('availability'),
    )!;
    const ofRange = async (from: string): Promise<Said> =>
      (await pages.ways(`from=${from}`)).http['overview JSON']!;
    const month = await ofRange('-30d');
    expect({ total, bad }).toEqual({ total: month.count, bad: month.errors });
    for (const [at, millis, from] of [
      [2, HOUR, '-1h'],
      [3, 6 * HOUR, '-6h'],
    ] as const) {
      const { range } = await pages.ways(`from=${from}`);
      expect(range.missing).toEqual([]);
      const sent = counts(inRange(range).all);
      expect(burns[at]).toMatchObject({ millis, total: sent.count, bad: sent.errors, undecided: 0 });
    }
    expect(bad).toBeGreaterThan(0);
  });

  it('/metrics and /admin/metrics without a range count since this process started', async () => {
    const sent = counts(journey.sent.slice(journey.sentBefore));
    expect(await pages.exported()).toEqual({ count: sent.count, errors: sent.errors });
    expect(await pages.sinceStart()).toMatchObject(sent);
  });

  it('/admin/health says the sentence of the overview', async () => {
    const { summary } = await pages.json('');
    expect(await pages.healthSummary()).toBe(summary);
  });
});

function pick(from: Said, keys: Said): Said {
  return Object.fromEntries(Object.keys(keys).map((key) => [key, from[key as keyof Said]]));
}
