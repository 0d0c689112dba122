import { describe, expect, it } from '@jest/globals';
import { isBotAgent } from '../../../otel/aggregate/bot-agent.ts';
import { RequestBook } from '../../../otel/aggregate/request-book.ts';
import { MAX_LISTED_CHARS, TopList } from '../../../otel/aggregate/top-list.ts';
import type { RequestLists, TopRows } from '../../../otel/query.ts';
import { NO_ADDRESS, partsOf, referringPage } from '../../../otel/spans/asked-address.ts';
import { fc } from '../../fixtures/properties.ts';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const GOOGLEBOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';

const EVER = { fromMillis: -Infinity, toMillis: Infinity };
const timesIn = (stream: readonly unknown[], value: string): number =>
  stream.filter((one) => String(one) === value).length;

interface Asked {
  readonly path: string;
  readonly from?: string;
  readonly agent?: string;
  readonly client?: string;
  readonly status?: number;
  readonly series?: string;
}

/** A book, and a plain list of all that was sent. */
class Ledger {
  readonly book = new RequestBook(() => 0);
  readonly sent: Asked[] = [];

  send(asked: Asked): void {
    this.sent.push(asked);
    const { path, from, agent, client, status = 404, series = 'unknown paths' } = asked;
    const times = { endMillis: this.sent.length, durationNanos: 1 };
    const failed = status >= 500;
    const results = { failed, clientError: status >= 400 && !failed, aborted: false };
    this.book.record(
      series,
      { type: 'http', series, statusCode: status, ...times, ...results },
      { askedPath: path, askedFrom: from, userAgent: agent, askedBy: client },
    );
  }

  /** How often each path was really sent, by as much of it as a list has. */
  times(): ReadonlyMap<string, number> {
    const times = new Map<string, number>();
    for (const { path } of this.sent) {
      const shown = path.length > MAX_LISTED_CHARS ? `${path.slice(0, MAX_LISTED_CHARS - 1)}…` : path;
      times.set(shown, (times.get(shown) ?? 0) + 1);
    }
    return times;
  }
}

function sum({ rows, none, others }: TopRows): number {
  return rows.reduce((all, { count }) => all + count, none + others);
}

/** Every list completes the sum, and no row claims more than was sent. */
function expectHonest(lists: RequestLists, ledger: Ledger, count: number): void {
  const times = ledger.times();
  expect(lists.count).toBe(count);
  expect(sum(lists.addresses)).toBe(count);
  expect(sum(lists.referrers)).toBe(count);
  expect(sum(lists.browsers) + sum(lists.bots)).toBe(count);
  for (const { value, count: counted, isExact } of lists.addresses.rows) {
    const really = times.get(value) ?? 0;
    if (isExact) expect(counted).toBe(really);
    else expect(counted).toBeLessThanOrEqual(really);
  }
}

describe('RequestBook', () => {
  it('counts every value exactly while all of them fit', () => {
    const ledger = new Ledger();
    for (let i = 0; i < 600; i++)
      ledger.send({
        path: `/gone/${i % 30}`,
        ...(i % 3 > 0 && { from: `/post/${i % 4}` }),
        ...(i % 5 > 0 && { agent: i % 2 === 0 ? FIREFOX : GOOGLEBOT }),
        status: i % 7 === 0 ? 410 : 404,
      });
    const lists = ledger.book.notFound(EVER);
    expectHonest(lists, ledger, 600);
    expect(lists.addresses.rows).toHaveLength(30);
    expect(lists.addresses.others).toBe(0);
    for (const row of lists.addresses.rows) {
      const sent = ledger.sent.filter(({ path }) => path === row.value);
      expect(row).toMatchObject({
        isExact: true,
        count: sent.length,
        statusCode: sent.at(-1)!.status ?? 404,
      });
      expect(row.bots).toBe(sent.filter(({ agent }) => agent !== FIREFOX).length);
      expect(row.firstMillis).toBe(ledger.sent.indexOf(sent[0]!) + 1);
      expect(row.lastMillis).toBe(ledger.sent.lastIndexOf(sent.at(-1)!) + 1);
      expect(sum(row.referrers)).toBe(row.count);
    }
    expect(lists.browsers).toMatchObject({ rows: [{ value: FIREFOX, count: 240 }], none: 0, others: 0 });
    expect(lists.bots).toMatchObject({ rows: [{ value: GOOGLEBOT, count: 240 }], none: 120, others: 0 });
    expect(lists.referrers).toMatchObject({ none: 200, others: 0 });
  });

  it('still finds a link that readers follow after a scan of ten times as many addresses as fit', () => {
    const ledger = new Ledger();
    for (let i = 0; i < 3000; i++) ledger.send({ path: `/scan/${i}.php`, agent: 'scanner' });
    for (let i = 0; i < 40; i++) {
      ledger.send({ path: '/moved', from: '/about', agent: FIREFOX });
      for (let j = 0; j < 10; j++) ledger.send({ path: `/scan/again/${i}/${j}`, agent: 'scanner' });
    }
    const lists = ledger.book.notFound(EVER);
    expectHonest(lists, ledger, 3440);
    expect(lists.addresses.rows.length).toBeLessThanOrEqual(300);
    expect(lists.addresses.rows[0]).toMatchObject({ value: '/moved', count: 40, isExact: false, bots: 0 });
    expect(lists.addresses.rows[0]!.referrers.rows).toMatchObject([{ value: '/about', count: 40 }]);
  });

  it('knows who asked for an address from the list of clients, where it has too few counters of its own', () => {
    const ledger = new Ledger();
    for (let i = 0; i < 1000; i++)
      ledger.send({ path: '/moved', client: `192.0.2.${Math.floor(((i * 389) % 1000) ** 2 / 50_000)}` });
    for (let i = 0; i < 300; i++) ledger.send({ path: `/${i % 30}`, client: '203.0.113.9' });
    const { addresses, clients } = ledger.book.notFound(EVER);
    const asked = (path: string, client: string): number =>
      ledger.sent.filter((each) => each.path === path && each.client === client).length;
    const [moved] = addresses.rows;
    const true8 = [...new Set(ledger.sent.map(({ client = '' }) => client))]
      .map((client) => asked('/moved', client))
      .sort((a, b) => b - a)
      .slice(0, 8);
    expect(moved!.peers.rows.map(({ count }) => count)).toEqual(true8);
    for (const { value, count, isExact } of moved!.peers.rows)
      expect([isExact, count]).toEqual([true, asked('/moved', value)]);
    for (const row of [...addresses.rows, ...clients!.rows]) expect(sum(row.peers)).toBe(row.count);
    const scan = clients!.rows.find(({ value }) => value === '203.0.113.9')!;
    expect(scan.peers.rows.map(({ isExact, count }) => [isExact, count])).toEqual(
      Array.from({ length: 8 }, () => [true, 10]),
    );
  });

  it('names 300 clients that got an error within an hour, of the blog and of two routes, with what each asked for', () => {
    const ledger = new Ledger();
    const client = (i: number): string => `203.0.${Math.floor(i / 150)}.${i % 150}`;
    const pages = [500, 404, 403].map((status) => ({ status, page: `/a-post-of-usual-length/${status}` }));
    for (let i = 0; i < 1200; i++)
      for (const { status, page } of pages)
        for (const series of ['GET /a', 'GET /b'])
          ledger.send({
            path: `${page}/${i % 4}`,
            from: `/${i % 20}`,
            agent: FIREFOX,
            series,
            status,
            client: client(i % 300),
          });
    const lists = [
      ledger.book.of('GET /a', EVER, 'failed'),
      ledger.book.of('GET /b', EVER, 'failed'),
      ledger.book.errors(EVER, 'failed'),
      ledger.book.errors(EVER, '4xx'),
      ledger.book.notFound(EVER),
    ];
    for (const [index, times] of [4, 4, 8, 16, 8].entries()) {
      const { rows, others } = lists[index]!.clients!;
      expect(others).toBe(0);
      expect(rows).toHaveLength(300);
      for (const { count, isExact, peers, agents } of rows) {
        expect([count, isExact]).toEqual([times, true]);
        expect(agents).toMatchObject({ rows: [{ count: times, isExact: true }], others: 0 });
        expect(peers).toMatchObject({ others: 0, none: 0 });
        expect(peers.rows.every((peer) => peer.isExact)).toBe(true);
      }
    }
  });

  it('leaves half of the room for clients to other routes, however much one route asks for', () => {
    const ledger = new Ledger();
    for (let i = 0; i < 4000; i++)
      ledger.send({
        path: `/${i}/${'x'.repeat(190)}`,
        series: 'GET /a',
        status: 500,
        client: `2001:db8::${i % 300}`,
      });
    for (let i = 0; i < 600; i++)
      ledger.send({ path: '/b', series: 'GET /b', status: 500, client: `2001:db8::${i % 300}` });
    const { clients } = ledger.book.of('GET /b', EVER, 'failed')!;
    expect(clients!.rows.map(({ count, isExact }) => [count, isExact])).toEqual(
      Array.from({ length: 300 }, () => [2, true]),
    );
  });

  it('stays within its bounds, whatever is sent', () => {
    const ledger = new Ledger();
    for (let i = 0; i < 20_000; i++)
      ledger.send({
        path: `/${i}/${'x'.repeat(i % 900)}`,
        from: `https://spam-${i}.example/${'y'.repeat(i % 700)}`,
        agent: `${i % 2 === 0 ? 'Mozilla/5.0' : 'probe'} ${i} ${'z'.repeat(500)}`,
        series: `GET /${i % 500}`,
      });
    expect(ledger.book.bytes).toBeLessThan(6_000_000);
    const missed = ledger.book.notFound(EVER);
    expectHonest(missed, ledger, 20_000);
    const all = [missed, ...Array.from({ length: 500 }, (_, i) => ledger.book.of(`GET /${i}`, EVER)!)];
    for (const { addresses, referrers, browsers, bots } of all)
      for (const { value } of [...addresses.rows, ...referrers.rows, ...browsers.rows, ...bots.rows])
        expect(value.length).toBeLessThanOrEqual(MAX_LISTED_CHARS);
    for (const { count, addresses, referrers, browsers, bots } of all.slice(1)) {
      expect([count, sum(addresses), sum(referrers)]).toEqual([40, 40, 40]);
      expect(sum(browsers) + sum(bots)).toBe(40);
    }
  });

  it('counts values with equal beginnings together, and says so with an ellipsis', () => {
    const ledger = new Ledger();
    const long = `/${'a'.repeat(400)}`;
    for (const end of ['b', 'c', 'd']) ledger.send({ path: long + end });
    const [row] = ledger.book.notFound(EVER).addresses.rows;
    expect(row).toMatchObject({ value: `${long.slice(0, MAX_LISTED_CHARS - 1)}…`, count: 3 });
  });

  it('has only what was not found among the not found', () => {
    const ledger = new Ledger();
    for (const status of [200, 301, 404, 405, 410, 500]) ledger.send({ path: `/${status}`, status });
    expect(
      ledger.book
        .notFound(EVER)
        .addresses.rows.map(({ value }) => value)
        .toSorted(),
    ).toEqual(['/404', '/410']);
    expect(ledger.book.of('unknown paths', EVER)?.count).toBe(6);
    expect(ledger.book.of('GET /never', EVER)).toBeUndefined();
  });
});

describe('clients of a RequestBook', () => {
  const errors: readonly (readonly ['failed' | '4xx', (status: number) => boolean])[] = [
    ['failed', (status) => status >= 500],
    ['4xx', (status) => status >= 400 && status < 500],
  ];
  /** Clients with two agents each; a third of their requests is fine. */
  function busyLedger(): Ledger {
    const ledger = new Ledger();
    for (let i = 0; i < 900; i++)
      ledger.send({
        path: `/${i % 3}`,
        series: `GET /${i % 5}`,
        ...(i % 11 > 0 && { client: `192.0.2.${i % 23}` }),
        agent: i % 46 < 23 ? FIREFOX : GOOGLEBOT,
        status: [200, 500, 404, 502, 403, 410][i % 6] ?? 0,
      });
    return ledger;
  }

  it.each(errors)('that got an error (%s) are who got it, in all series together', (which, isOne) => {
    const ledger = busyLedger();
    const sent = ledger.sent.filter(({ status = 0 }) => isOne(status));
    const { count, clients } = ledger.book.errors(EVER, which)!;
    expect(count).toBe(sent.length);
    expect(sum(clients!)).toBe(sent.length);
    expect(clients!.none).toBe(sent.filter(({ client }) => client === undefined).length);
    expect(clients!.rows).toHaveLength(23);
    for (const row of clients!.rows) {
      const own = sent.filter(({ client }) => client === row.value);
      const of = (agent: string): number => own.filter((each) => each.agent === agent).length;
      expect(row).toMatchObject({ count: own.length, isExact: true, bots: of(GOOGLEBOT) });
      expect(row.statusCode).toBe(own.at(-1)!.status);
      expect(row.firstMillis).toBe(ledger.sent.indexOf(own[0]!) + 1);
      const agents = new Map(row.agents.rows.map(({ value, count: times }) => [value, times]));
      expect([agents.get('Firefox') ?? 0, agents.get('Googlebot') ?? 0]).toEqual([
        of(FIREFOX),
        of(GOOGLEBOT),
      ]);
      for (const { value, count: times } of row.peers.rows)
        expect(times).toBe(own.filter(({ path }) => path === value).length);
      expect(sum(row.peers)).toBe(own.length);
    }
  });

  it('stand with an address that was not found, and with a route that failed', () => {
    const ledger = busyLedger();
    const [row] = ledger.book.notFound(EVER).addresses.rows;
    const asked = ledger.sent.filter(({ path, status }) => path === row!.value && status === 404);
    expect(row!.peers.none).toBeGreaterThanOrEqual(asked.filter(({ client }) => client === undefined).length);
    expect(sum(row!.peers)).toBe(row!.count);
    const failed = ledger.book.of('GET /1', EVER, 'failed')!.clients!;
    const really = ledger.sent.filter(({ series, status = 0 }) => series === 'GET /1' && status >= 500);
    expect(sum(failed)).toBe(really.length);
    expect(ledger.book.of('GET /1', EVER)!.clients).toBeUndefined();
  });

  it('are bounded, and claim no more than was sent, when each asks once', () => {
    const ledger = new Ledger();
    for (let i = 0; i < 5000; i++)
      ledger.send({ path: `/${i}`, client: `2001:db8::${i}`, agent: `bot-${i}` });
    for (let i = 0; i < 200; i++) ledger.send({ path: '/moved', client: '192.0.2.1', agent: FIREFOX });
    const { addresses, clients } = ledger.book.notFound(EVER);
    expect(clients!.rows.length).toBeLessThanOrEqual(300);
    expect(sum(clients!)).toBe(5200);
    expect(clients!.rows[0]).toMatchObject({ value: '192.0.2.1', count: 200, isExact: false });
    expect(addresses.rows[0]!.peers.rows).toMatchObject([{ value: '192.0.2.1', count: 200 }]);
    expect(addresses.rows[0]!.agents.rows).toMatchObject([{ value: 'Firefox', count: 200 }]);
  });
});

it('lists of errors stay within their bytes', () => {
  const ledger = new Ledger();
  const statuses = [404, 500, 403];
  for (let i = 0; i < 4500; i++)
    ledger.send({
      path: `/${i}/${'x'.repeat(190)}`,
      from: `https://spam-${i}.example/${'y'.repeat(170)}`,
      agent: `probe-${i}-${'z'.repeat(180)}`,
      client: `2001:db8:${i.toString(16)}::${'0'.repeat(20)}`,
      status: statuses[i % 3]!,
      series: `GET /${i % 100}`,
    });
  const inAll = (of: RequestLists): readonly number[] => [sum(of.addresses), sum(of.clients!)];
  expect(inAll(ledger.book.notFound(EVER))).toEqual([1500, 1500]);
  expect(inAll(ledger.book.errors(EVER, 'failed')!)).toEqual([1500, 1500]);
  expect(inAll(ledger.book.errors(EVER, '4xx')!)).toEqual([3000, 3000]);
  // All budgets, and what lists and maps take without entries.
  expect(ledger.book.bytes).toBeLessThanOrEqual(6_800_000 + 203 * 1800);
});

it('a row that could not be described from its first request on claims no less than was sent', () => {
  const ledger = new Ledger();
  for (let i = 0; i < 1500; i++)
    ledger.send({
      path: `/${i % 290}/${'x'.repeat(190)}`,
      from: `https://spam-${i % 10}.example/${'y'.repeat(170)}`,
      client: `2001:db8:${(i % 299).toString(16)}::${'0'.repeat(20)}`,
    });
  for (let i = 0; i < 40; i++) ledger.send({ path: '/late', from: '/about', agent: GOOGLEBOT });
  const late = ledger.book.notFound(EVER).addresses.rows.find(({ value }) => value === '/late')!;
  expect(late.agents.rows).toEqual([]);
  expect(late).toMatchObject({ count: 40, bots: 0, referrers: { rows: [], none: 0, others: 40 } });
  expect(late.botsMissed).toBeGreaterThanOrEqual(40);
});

describe('TopList', () => {
  it('completes every sum, and lists each value that is more frequent than its share of places', () => {
    const streams = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 400 });
    fc.assert(
      fc.property(streams, fc.integer({ min: 1, max: 12 }), (stream, places) => {
        const list = new TopList(places, { leftBytes: 1e6 });
        for (const [at, value] of stream.entries()) list.add(String(value), at);
        const { rows, unlisted } = list.summary();
        expect(list.total).toBe(stream.length);
        expect(rows.length).toBeLessThanOrEqual(places);
        for (const { value, count, missed } of rows) {
          const really = timesIn(stream, value);
          expect(count).toBeLessThanOrEqual(really);
          expect(count + missed).toBeGreaterThanOrEqual(really);
        }
        for (const value of new Set(stream))
          if (!rows.some((row) => row.value === String(value)))
            expect(timesIn(stream, String(value))).toBeLessThanOrEqual(unlisted);
        // The guarantee of Space-Saving.
        for (const value of new Set(stream))
          if (stream.filter((one) => one === value).length > stream.length / places)
            expect(rows.map((row) => row.value)).toContain(String(value));
      }),
    );
  });

  it('counts without entries if there are no bytes left, and gives them back', () => {
    const budget = { leftBytes: 400 };
    const list = new TopList(10, budget);
    for (let i = 0; i < 5; i++) list.add(`value ${i}`, i);
    expect(list.summary().rows).toHaveLength(2);
    expect(list.total).toBe(5);
    expect(budget.leftBytes + list.bytes).toBe(400);
    list.clear();
    expect(budget.leftBytes).toBe(400);
    list.add('value 9', 9);
    expect(list.summary().rows).toMatchObject([{ value: 'value 9', count: 1, missed: 5 }]);
  });

  it('looks at each entry a bounded number of times per value on average', () => {
    const list = new TopList(300, { leftBytes: 1e6 });
    for (let i = 0; i < 3000; i++) list.add(`/${i}`, i);
    expect(list.summary().rows.every(({ count }) => count === 1)).toBe(true);
    expect(list.searches).toBeLessThanOrEqual(10);
  });
});

describe('isBotAgent', () => {
  it.each([
    [GOOGLEBOT, true],
    ['curl/8.5.0', true],
    ['python-requests/2.32', true],
    ['NetNewsWire (RSS Reader; https://netnewswire.com/)', true],
    ['Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)', true],
    [
      'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)',
      true,
    ],
    ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/140.0.0.0 Safari/537.36', true],
    [FIREFOX, false],
    [
      'Mozilla/5.0 (Linux; Android 13; CUBOT NOTE 21) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36',
      false,
    ],
    ['Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)', false],
    ['Opera/9.80 (Windows NT 6.1) Presto/2.12.388 Version/12.18', false],
  ])('%s: %s', (agent, isBot) => {
    expect(isBotAgent(agent)).toBe(isBot);
  });
});

describe('referringPage', () => {
  it.each([
    ['https://example.org/page?token=secret#part', undefined, 'https://example.org/page'],
    ['https://user:password@example.org/page', undefined, 'https://example.org/page'],
    ['http://blog.example:3000/post', 'blog.example:3000', '/post'],
    ['http://BLOG.example', 'blog.example', '/'],
    ['https://blog.example.evil/post', 'blog.example', 'https://blog.example.evil/post'],
    ['android-app://com.example.reader/', undefined, 'android-app://com.example.reader/'],
    ['password=secret', undefined, NO_ADDRESS],
    ['about:blank', undefined, NO_ADDRESS],
    ['', undefined, undefined],
    [undefined, undefined, undefined],
  ])('%s at %s: %s', (referrer, host, page) => {
    expect(referringPage(referrer, host)).toBe(page);
  });
});

describe('partsOf', () => {
  it.each([
    ['/a?b=c#d', { path: '/a', query: 'b=c' }],
    ['http://blog.example/a?b', { path: '/a', query: 'b' }],
    ['http://blog.example', { path: '/', query: undefined }],
    ['*', { path: '*', query: undefined }],
    ['?b', { path: '/', query: 'b' }],
  ])('%s', (target, parts) => {
    expect(partsOf(target)).toEqual(parts);
  });
});
