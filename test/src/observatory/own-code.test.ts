import { describe, expect, it } from '@jest/globals';
import type { OwnCode, Stall } from '../../../otel/query.ts';
import type { OwnCodeEntry } from '../../../otel/store/own-code-table.ts';
import { MeasuredBlog, telemetryOff } from '../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { NOW } from '../../fixtures/still-runtime.ts';
import { spanIdOf, statement, TAGS_TEXT } from '../../fixtures/trace-sketches.ts';

const idOf = (digit: string): string => `${digit.repeat(18)}${'f'.repeat(14)}`;
const began = (digit: string): number => NOW - 60_000 + Number.parseInt(digit, 16) * 2000;
/** A request whose statement takes so many milliseconds from the fifth on. */
const request = (digit: string, millis: number, inStatement = 2) => ({
  traceId: idOf(digit),
  startMillis: began(digit),
  spans: [
    { name: 'GET /listening', type: 'http' as const, at: 0, millis },
    { ...statement(TAGS_TEXT, 1), at: 5, millis: inStatement },
  ],
});

const RANK = { name: 'rankListens', location: 'src/rank.ts:12', origin: 'app' } as const;
const LOAD = { name: 'load', location: 'src/load.ts:3', origin: 'app' } as const;

/** What samples say of one: by function, and of the rest. */
function code(
  digit: string,
  ownMillis: number,
  said: Partial<OwnCode> & { readonly rank?: number } = {},
): OwnCode {
  const { rank = 0, ...others } = said;
  const functions = others.functions ?? (rank > 0 ? [{ place: RANK, callers: [], samples: rank }] : []);
  const { idle = 0, shared = 0, others: rest = 0 } = others;
  return {
    traceId: idOf(digit),
    spanId: spanIdOf(idOf(digit), 0),
    route: 'GET /listening',
    atMillis: began(digit) + ownMillis,
    durationMillis: ownMillis + 2,
    ownMillis,
    everyMillis: 40,
    samples: functions.reduce((sum, { samples }) => sum + samples, idle + shared + rest),
    idle,
    shared,
    others: rest,
    ...others,
    functions,
  };
}

interface TraceJson {
  readonly facts: { readonly trace: { readonly spans: readonly { readonly own_code?: OwnCode }[] } };
}
interface RouteJson {
  readonly facts: { readonly own: { readonly code: unknown } };
}

async function jsonOf<T>(blog: Pick<MeasuredBlog, 'telemetry'>, path: string): Promise<T> {
  const { origin } = await serveObservatory(blog.telemetry);
  const address = new URL(`${origin}/admin/metrics-dashboard${path}`);
  address.searchParams.set('format', 'json');
  return (await (await fetch(address)).json()) as T;
}

async function summaryOf(blog: Pick<MeasuredBlog, 'telemetry'>, path: string): Promise<string> {
  const { summary } = await jsonOf<{ readonly summary: string }>(blog, path);
  return summary.replaceAll('\u00a0', ' ');
}

function blogWith(...entries: readonly OwnCodeEntry[]): MeasuredBlog {
  const happened = [request('1', 242), request('2', 9), request('3', 82), request('4', 300, 240)];
  const blog = new MeasuredBlog({ happened });
  for (const entry of entries) blog.readOwnCode(entry);
  return blog;
}

const ofTrace = (digit: string, ...entries: readonly OwnCodeEntry[]): Promise<string> =>
  summaryOf(blogWith(...entries), `/traces/${idOf(digit)}`);

describe('the page of a trace', () => {
  it('names the function of its own time, with the samples that say so', async () => {
    expect(await ofTrace('1', code('1', 240, { rank: 6 }))).toContain(
      'most of it in GET /listening itself: work in its code. It spent about 240 ms of the 240 ms that are in none of its spans in rankListens src/rank.ts:12 (6 samples).',
    );
    expect(await ofTrace('3', code('3', 80, { rank: 1 }))).toContain(
      'It spent about 80 ms of the 80 ms that are in none of its spans in rankListens src/rank.ts:12 (1 sample).',
    );
  });

  it.each([
    [104, 2, 1, 69, 34],
    [61.5, 1, 1, 30, 30],
    [1234, 20, 12, 768, 461],
    [240, 2, 1, 160, 80],
  ])(
    'of %d ms never names more than that, with %d and %d samples',
    async (ownMillis, ofRank, ofLoad, rank, load) => {
      const functions = [
        { place: RANK, callers: [], samples: ofRank },
        { place: LOAD, callers: [], samples: ofLoad },
      ];
      const words = await ofTrace('1', code('1', ownMillis, { functions }));
      const [, first = '', of = '', second = ''] =
        /It spent about ([\d.]+) ms of the (.+? m?s) that are .*, about ([\d.]+) ms in load/.exec(words) ??
        [];
      expect([Number(first), Number(second)]).toEqual([rank, load]);
      const [figure = '', unit] = of.split(' ');
      expect(rank + load).toBeLessThanOrEqual(Number(figure) * (unit === 's' ? 1000 : 1));
    },
  );

  it('shares out its own time by its samples, though a busy machine took them further apart than the mean', async () => {
    // 37 are due of the mean distance, and 29 were taken, 51 ms apart.
    const packed = code('1', 1480, { rank: 29 });
    const blog = blogWith(packed);
    expect(await summaryOf(blog, `/traces/${idOf('1')}`)).toContain(
      'It spent about 1.48 s of the 1.48 s that are in none of its spans in rankListens src/rank.ts:12 (29 samples).',
    );
    expect(await summaryOf(blog, `/traces/compare?trace=${idOf('1')}&with=${idOf('2')}`)).toContain(
      'It spent about 1.48 s of the 1.48 s',
    );
    expect(await summaryOf(blog, '/route?name=GET%20%2Flistening')).toContain(
      'Own code: rankListens src/rank.ts:12, about 1.48 s in 1 of 1 request',
    );
    const { facts } = await jsonOf<TraceJson>(blog, `/traces/${idOf('1')}`);
    const told = facts.trace.spans.flatMap(({ own_code: own }) => own?.functions ?? []);
    expect(told).toMatchObject([{ samples: 29, millis: 1480 }]);
    const route = await jsonOf<RouteJson>(blog, '/route?name=GET%20%2Flistening');
    expect(route.facts.own.code).toMatchObject({
      sampled_millis: 1480,
      work_millis: 1480,
      functions: [{ millis: 1480 }],
    });
  });

  it('shows all of its samples as all of its time, and says how many are missing', async () => {
    expect(await ofTrace('1', code('1', 5078, { rank: 60 }))).toContain(
      'It spent about 5.08 s of the 5.08 s that are in none of its spans in rankListens src/rank.ts:12 (60 samples); 67 of 127 samples are missing, as the system ran other programs.',
    );
  });

  it('says what else the samples are: other functions, waiting, and what is not known', async () => {
    const functions = [
      { place: RANK, callers: [], samples: 3 },
      { place: LOAD, callers: [], samples: 1 },
    ];
    expect(await ofTrace('1', code('1', 240, { functions, idle: 1, shared: 1 }))).toMatch(
      /in rankListens src\/rank\.ts:12 \(3 samples\), about 40 ms in load src\/load\.ts:3 \(1 sample\); in 1 of 6 samples the event loop slept: it waited; in 1 of 6 samples it is not known for whom something ran, as others were open, too\.$/,
    );
    const waited = await ofTrace('1', code('1', 240, { idle: 6 }));
    expect(waited).toContain('itself: waiting for what is not recorded');
    expect(waited).toMatch(
      /Of the 240 ms that are in none of its spans, in 6 of 6 samples the event loop slept: it waited\.$/,
    );
    expect(await ofTrace('3', code('3', 80))).toMatch(
      / No sample was taken in the 80 ms that are in none of its spans\.$/,
    );
  });

  it('says in which of its samples the loop is known to have worked for others', async () => {
    const entry = code('1', 240, { rank: 2, shared: 4, theirs: 3 });
    expect(await ofTrace('1', entry)).toContain(
      '(2 samples); in 3 of 6 samples the event loop worked for others: it waited; in 1 of 6 samples it is not known for whom something ran, as others were open, too.',
    );
    const route = await summaryOf(blogWith(entry), '/route?name=GET%20%2Flistening');
    expect(route).toContain(
      '; for 50 % of that time the event loop worked for others: they waited; for 17 % of that time it is not known for whom something ran.',
    );
  });

  it('says that it is not yet known while it is awaited', async () => {
    const blog = blogWith();
    blog.awaited.set(spanIdOf(idOf('1'), 0), idOf('1'));
    expect(await summaryOf(blog, `/traces/${idOf('1')}`)).toMatch(
      / In which function it spent the time that is in none of its spans is not yet known: within a minute\.$/,
    );
  });

  it.each([
    [
      'its samples were lost',
      code('1', 240, { unread: 'telemetry was stopped' }),
      'not recorded: telemetry was stopped',
    ],
    [
      'there were too many',
      { route: 'GET /listening', fromMillis: began('1'), toMillis: began('3'), requests: 9 },
      'not recorded: too many such requests at once',
    ],
    [
      'nothing is known of it',
      code('3', 80, { rank: 2 }),
      'not recorded: nothing was sampled then, or the process ended before it was read',
    ],
  ])('says why it is not recorded: %s', async (_, entry, words) => {
    expect(await ofTrace('1', entry)).toMatch(
      new RegExp(`In which function it spent the time that is in none of its spans is ${words}\\.$`),
    );
  });

  it('says nothing with little time of its own, be it short or in a statement', async () => {
    for (const digit of ['2'])
      expect(await ofTrace(digit, code('1', 240, { rank: 6 }))).not.toContain('none of its spans');
    expect(await ofTrace('4', code('4', 60, { rank: 1 }))).toContain('about 60 ms of the 60 ms');
  });
});

describe('the page of a route', () => {
  const pageOf = (...entries: readonly OwnCodeEntry[]): Promise<string> =>
    summaryOf(blogWith(...entries), '/route?name=GET%20%2Flistening');

  it('says it over all requests that were asked, kept or not, as the ledger has it', async () => {
    const entries = Array.from({ length: 34 }, (_, index) => ({
      ...code('1', 72, { rank: index % 4 === 0 ? 1 : 2 }),
      traceId: index.toString(16).padStart(32, 'e'),
    }));
    // By chance one or two samples each: all of the own time of every request.
    expect(await pageOf(...entries)).toContain(
      'Own code: rankListens src/rank.ts:12, about 72 ms on average in 34 of 34 requests that took 50 ms or more of their own.',
    );
  });

  it('of a function that is seen by chance says the sum, not how long each took', async () => {
    const short = (digit: string, rank: number): OwnCode => code(digit, 72, { rank, idle: 2 - rank });
    expect(await pageOf(short('1', 1), short('3', 0), short('4', 1))).toContain(
      'Own code: rankListens src/rank.ts:12, about 72 ms in all, in 2 of 3 requests that took 50 ms or more of their own; for 67 % of that time the event loop slept: they waited.',
    );
  });

  it('tells a few samples of one request in the table alone, if its time is a trifle among all', async () => {
    const others = Array.from({ length: 8 }, (_, index) => request((index + 5).toString(16), 300, 290));
    const blog = blogWith(code('1', 82, { rank: 1, idle: 1 }));
    blog.play(others);
    const page = '/route?name=GET%20%2Flistening';
    expect(await summaryOf(blog, page)).not.toMatch(/rankListens|the event loop slept/);
    const { facts } = await jsonOf<RouteJson>(blog, page);
    expect(facts.own.code).toMatchObject({ functions: [{ samples: 1 }], idle: 1 });
  });

  it('of one request says no more than its own time, as beside another trace', async () => {
    const functions = [
      { place: RANK, callers: [], samples: 2 },
      { place: LOAD, callers: [], samples: 1 },
    ];
    const entry = code('1', 104, { functions });
    expect(await pageOf(entry)).toMatch(/about 69 ms in 1 of 1 .*about 34 ms in 1 of them/);
    expect(await summaryOf(blogWith(entry), `/traces/compare?trace=${idOf('1')}&with=${idOf('2')}`)).toMatch(
      /about 69 ms of the 104 ms .*, about 34 ms in load/,
    );
    // Of two requests, one was mostly seen in another function.
    const long = { ...code('3', 400, { functions: [{ place: LOAD, callers: [], samples: 4 }] }) };
    expect(await pageOf(entry, long)).toMatch(/rankListens src\/rank\.ts:12, about 69 ms in 1 of them/);
  });

  it('says how many were not asked, not read, and not told apart', async () => {
    expect(
      await pageOf(
        code('1', 240, { rank: 3, shared: 3 }),
        code('3', 80, { unread: 'telemetry was stopped' }),
        { route: 'GET /listening', fromMillis: began('1'), toMillis: began('3'), requests: 12 },
      ),
    ).toMatch(
      /Own code: rankListens src\/rank\.ts:12, about 120 ms in 1 of 1 request that took 50 ms or more of its own; for 50 % of that time it is not known for whom something ran\. 12 more were too many at once to be asked about\. The samples of 1 more were not read\.$/,
    );
  });

  it('says nothing of other routes', async () => {
    expect(await pageOf({ ...code('1', 240, { rank: 6 }), route: 'GET /other' })).not.toContain('Own code');
  });

  it('has every sample in one row of its table', async () => {
    const entry = code('1', 240, {
      functions: [{ place: RANK, callers: [], samples: 3 }],
      idle: 2,
      shared: 1,
      others: 4,
    });
    const { origin } = await serveObservatory(blogWith(entry).telemetry);
    const page = await (
      await fetch(`${origin}/admin/metrics-dashboard/route?name=GET%20%2Flistening`)
    ).text();
    const table = /Functions in which requests spent their own time[\s\S]*?<\/table>/.exec(page)?.[0] ?? '';
    const cells = [...table.matchAll(/<td[^>]*>([\s\S]*?)<\/td>/g)].map(([, cell = '']) =>
      cell.replaceAll(/<[^>]*>/g, '').trim(),
    );
    // Requests, samples, time and share of each.
    expect(cells.filter((_, index) => index % 4 === 1)).toEqual(['3', '2', '1', '4']);
  });
});

describe('two traces side by side', () => {
  it('account for the difference by parts that add up, the request’s own time among them', async () => {
    const blog = blogWith(code('1', 240, { rank: 6 }));
    expect(await summaryOf(blog, `/traces/compare?trace=${idOf('1')}&with=${idOf('2')}`)).toBe(
      'GET /listening took 242 ms, 27 times the 9 ms of the other. Of the difference of 233 ms, 233 ms is its own time, in none of its spans. It spent about 240 ms of the 240 ms that are in none of its spans in rankListens src/rank.ts:12 (6 samples).',
    );
    expect(await summaryOf(blog, `/traces/compare?trace=${idOf('2')}&with=${idOf('4')}`)).toBe(
      'GET /listening took 9 ms, less than the 300 ms of the other. Of the difference of 291 ms, 238 ms is in SELECT tags, 53 ms is the other’s own time, in none of its spans.',
    );
  });

  it('say that everything else took less, if it did', async () => {
    // 302 - 82: a statement of 238 ms more, and 18 ms less of its own.
    const blog = new MeasuredBlog({ happened: [request('1', 300, 240), request('3', 80, 2)] });
    expect(await summaryOf(blog, `/traces/compare?trace=${idOf('1')}&with=${idOf('3')}`)).toContain(
      'Of the difference of 220 ms, 238 ms is in SELECT tags; everything else took 18 ms less.',
    );
  });
});

describe('a stall that a request caused', () => {
  const stall: Stall = {
    atMillis: began('4') + 305,
    durationMillis: 310,
    sinceMillis: -5,
    processStartedAtMillis: NOW - 3_600_000,
    place: RANK,
    placeShare: 1,
    sampledShare: 1,
    callers: [],
    holder: {
      traceId: idOf('4'),
      spanId: spanIdOf(idOf('4'), 0),
      type: 'http',
      series: 'GET /listening',
      route: 'GET /listening',
    },
    delayed: [],
    delayedCount: 0,
  };
  const said = async (each: Stall): Promise<string> => {
    const blog = blogWith();
    blog.stall(each);
    return summaryOf(blog, `/traces/${idOf('4')}`);
  };

  it('is in parts what the page has as its own time and its spans, whatever the clock was set to', async () => {
    const words =
      'It blocked the event loop for 310 ms in rankListens src/rank.ts:12: 60 ms in none of its spans, 240 ms in its spans, 5 ms before it was read, 5 ms after its answer; no request had to wait.';
    expect(await said(stall)).toContain(words);
    expect(await said({ ...stall, atMillis: stall.atMillis - 3_600_000 })).toContain(words);
  });

  it('is no own time of a request that waited for it', async () => {
    const waited = {
      traceId: idOf('1'),
      spanId: spanIdOf(idOf('1'), 0),
      route: 'GET /listening',
      path: '/listening',
      waitedMillis: 235,
      within: { sinceMillis: 7, millis: 235 },
      wasRunning: true,
    };
    const blog = blogWith(code('1', 240, { shared: 6 }), code('3', 80, { rank: 2 }));
    blog.stall({ ...stall, delayed: [waited], delayedCount: 1 });
    expect(await summaryOf(blog, `/traces/${idOf('1')}`)).not.toContain('none of its spans');
    expect(await summaryOf(blog, '/route?name=GET%20%2Flistening')).toContain(
      'in 1 of 1 request that took 50 ms or more of its own.',
    );
  });

  it('is not divided if all of it is one part, or an earlier version recorded it', async () => {
    const whole = 'ms in rankListens src/rank.ts:12; no request had to wait.';
    expect(await said({ ...stall, sinceMillis: 250, durationMillis: 50 })).toContain(`for 50 ${whole}`);
    const { sinceMillis: _, ...old } = stall;
    expect(await said(old)).toContain(`for 310 ${whole}`);
  });
});

it('without telemetry nothing is known, and nothing is said', () => {
  const off = telemetryOff();
  expect(off.ownCode.within({ fromMillis: 0, toMillis: NOW })).toMatchObject({ rows: [], unasked: [] });
  expect(off.ownCode.ofTrace(idOf('1'))).toEqual({ rows: [], awaited: [] });
});
