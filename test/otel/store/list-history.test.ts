import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { mergedSummary, type ListSummary } from '../../../otel/aggregate/list-summary.ts';
import { RequestBook } from '../../../otel/aggregate/request-book.ts';
import { TopList } from '../../../otel/aggregate/top-list.ts';
import { Guard } from '../../../otel/base/guard.ts';
import type { RequestLists, TimeRange, TopRows } from '../../../otel/query.ts';
import { ListHistory } from '../../../otel/store/list-history.ts';
import type { HistoryFile } from '../../../otel/store/history-file.ts';
import { fc } from '../../fixtures/properties.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { openHistoryFile } from './history-fixture.ts';
import { fakeClock } from './store-fixture.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const BOT = 'ExampleBot/1.0 (+https://bot.example/about)';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const ROUTE = 'GET /:path';
const CLIENT = '192.0.2.7';

interface Sent {
  readonly atMillis: number;
  readonly path: string;
  readonly status: number;
  readonly agent: string | undefined;
}

/** One process after the other on a file, and a plain list of all that was sent. */
class Processes {
  readonly clock = fakeClock();
  readonly guard = new Guard();
  readonly path = join(temporaryFolder(), 'history.sqlite');
  readonly sent: Sent[] = [];
  readonly #limits: { readonly days: number; readonly maxBytes?: number };
  file: HistoryFile;
  book: RequestBook;
  #part: ListHistory;

  constructor(limits: { readonly days: number; readonly maxBytes?: number } = { days: 30 }) {
    this.#limits = limits;
    this.clock.millis = Date.UTC(2026, 10, 1, 0, 20);
    ({ file: this.file, book: this.book, part: this.#part } = this.#started());
  }

  send(
    path: string,
    {
      status = 404,
      agent,
      client = CLIENT,
    }: { readonly status?: number; readonly agent?: string; readonly client?: string } = {},
  ): void {
    const endMillis = this.clock.now();
    this.sent.push({ atMillis: endMillis, path, status, agent });
    this.book.record(
      ROUTE,
      {
        type: 'http',
        series: ROUTE,
        statusCode: status,
        endMillis,
        durationNanos: 1,
        failed: status >= 500,
        clientError: status >= 400 && status < 500,
        aborted: false,
      },
      { askedPath: path, askedFrom: undefined, userAgent: agent, askedBy: client },
    );
  }

  /** Time passes, and the history is written as often as it is in half a minute of it, or until nothing is left to do. */
  pass(millis: number, writes = 40): void {
    this.clock.millis += millis;
    for (let i = 0; i < writes; i++) this.#part.write(this.file);
  }

  /** How many lists of the route, and of errors of all, are in the file. */
  savedLists(): number {
    const kinds = ['missed ', 'failures ', 'refused ', `failed ${ROUTE}`, `all ${ROUTE}`];
    const ever = { fromMillis: 0, toMillis: Infinity };
    return kinds.reduce((sum, kind) => sum + this.file.lists.read(kind, ever).length, 0);
  }

  /** @param how `killed` processes write nothing at their end. */
  restart(how: 'stopped' | 'killed'): void {
    if (how === 'stopped') this.#part.close(this.file);
    ({ file: this.file, book: this.book, part: this.#part } = this.#started());
  }

  #started(): { readonly file: HistoryFile; readonly book: RequestBook; readonly part: ListHistory } {
    const { clock, guard } = this;
    const file = openHistoryFile(this.path);
    const book = new RequestBook(() => clock.now());
    const part = new ListHistory({ book, clock, guard, ...this.#limits });
    part.restore(file);
    return { file, book, part };
  }
}

function sum({ rows, none, others }: TopRows): number {
  return rows.reduce((all, { count }) => all + count, none + others);
}

function within({ fromMillis, toMillis }: TimeRange, sent: readonly Sent[]): readonly Sent[] {
  return sent.filter(({ atMillis }) => atMillis >= fromMillis && atMillis < toMillis);
}

/** The lists have each request of their times, and no row claims more than was sent, or that less was. */
function expectLedger(lists: RequestLists, sent: readonly Sent[]): void {
  const counted = within({ ...lists, toMillis: lists.toMillis + 1 }, sent);
  expect(lists.count).toBe(counted.length);
  expect([sum(lists.addresses), sum(lists.referrers)]).toEqual([lists.count, lists.count]);
  expect(sum(lists.browsers) + sum(lists.bots)).toBe(lists.count);
  if (lists.count > 0)
    expect(lists.clients).toMatchObject({ rows: [{ value: CLIENT, count: lists.count }], none: 0 });
  for (const { value, count, missed, isExact } of lists.addresses.rows) {
    const really = counted.filter(({ path }) => path === value).length;
    expect(count).toBeLessThanOrEqual(really);
    expect(count + missed).toBeGreaterThanOrEqual(really);
    expect(isExact).toBe(missed === 0);
  }
}

describe('lists of requests in the history file', () => {
  it('lose nothing in a restart, and in a kill at most half a minute', () => {
    const processes = new Processes();
    for (let i = 0; i < 5; i++) processes.send('/gone', { agent: FIREFOX });
    processes.restart('stopped');
    for (let i = 0; i < 3; i++) processes.send('/gone', { agent: BOT });
    processes.send('/broken', { status: 503, agent: FIREFOX });
    processes.pass(31_000);
    const known = processes.sent.length;
    processes.send('/gone');
    processes.restart('killed');
    const hour = { fromMillis: processes.clock.now() - 60_000, toMillis: processes.clock.now() };
    const lists = processes.book.notFound(hour);
    expect(lists.count).toBe(known - 1);
    expect(lists.addresses.rows).toMatchObject([
      { value: '/gone', count: 8, missed: 0, bots: 3, statusCode: 404 },
    ]);
    expect(lists.browsers.rows).toMatchObject([{ value: FIREFOX, count: 5 }]);
    expect(processes.book.of(ROUTE, hour)?.count).toBe(known);
    expect(processes.book.of(ROUTE, hour, 'failed')).toMatchObject({
      count: 1,
      addresses: { rows: [{ value: '/broken', count: 1 }] },
      browsers: { rows: [{ value: FIREFOX }] },
    });
    expect(processes.book.of('GET /never', hour)).toBeUndefined();
    expect(processes.guard.faults()).toEqual([]);
  });

  it('equal what was sent over weeks, restarts and days without requests, past the days that are kept', () => {
    const processes = new Processes({ days: 14 });
    const { clock, sent } = processes;
    for (let step = 0; step < 21 * 4; step++) {
      // More addresses than a list has places, some of them often.
      for (let i = 0; i < 25; i++)
        processes.send(`/scan/${(step * 25 + i * i) % 700}`, { agent: i % 3 === 0 ? FIREFOX : BOT });
      for (let i = 0; i < 12; i++) processes.send('/moved');
      processes.pass(31_000);
      if (step % 9 === 8) processes.restart('stopped');
      processes.pass(step === 40 ? 3 * DAY : 6 * HOUR + step * 1000);
      processes.pass(2000);
    }
    const now = clock.now();
    const today = Math.floor(now / DAY) * DAY;
    const ranges: readonly TimeRange[] = [
      { fromMillis: now - 60_000, toMillis: now },
      { fromMillis: now - 20 * HOUR, toMillis: now },
      { fromMillis: today - 6 * DAY, toMillis: today - 4 * DAY },
      { fromMillis: today - 10 * DAY, toMillis: now },
      { fromMillis: today - 10 * DAY + 5 * HOUR, toMillis: today - 9 * DAY + HOUR },
    ];
    for (const range of ranges) expectLedger(processes.book.notFound(range), sent);
    const [first] = processes.book.notFound(ranges[3]!).addresses.rows;
    expect(first).toMatchObject({ value: '/moved', missed: 0 });
    // What is older than a fortnight is gone, and the lists say from when on they are.
    const ever = processes.book.notFound({ fromMillis: 0, toMillis: now });
    expect(ever.fromMillis).toBeGreaterThan(now - 16 * DAY);
    expect(ever.fromMillis).toBeLessThan(now - 12 * DAY);
    expectLedger(ever, sent);
    expect(ever.count).toBeLessThan(sent.length);
    expect(processes.guard.faults()).toEqual([]);
  });

  it('stay within their bytes, the oldest going first', () => {
    const processes = new Processes({ days: 30, maxBytes: 32 * 40_000 });
    for (let hour = 0; hour < 60; hour++) {
      for (let i = 0; i < 60; i++)
        processes.send(`/${hour}/${i}/${(hour * 7919 + i * 104_729).toString(36)}`);
      processes.pass(31_000);
      processes.pass(HOUR - 31_000);
    }
    for (let i = 0; i < 5; i++) processes.pass(31_000);
    expect(processes.file.lists.extent().bytes).toBeLessThanOrEqual(40_000);
    const now = processes.clock.now();
    const lists = processes.book.notFound({ fromMillis: 0, toMillis: now });
    expect(lists.fromMillis).toBeGreaterThan(processes.sent[0]!.atMillis);
    expectLedger(lists, processes.sent);
  });

  it('are written one long list at a time, so that no write blocks for many', () => {
    const processes = new Processes();
    for (let i = 0; i < 150; i++)
      for (const status of [404, 500, 403])
        processes.send('/gone', { status, client: `192.0.2.${i}`, agent: FIREFOX });
    processes.pass(31_000, 1);
    // That of all requests has no clients.
    const saved = [processes.savedLists()];
    for (let i = 0; i < 3; i++) {
      processes.pass(0, 1);
      saved.push(processes.savedLists());
    }
    expect(saved).toEqual([2, 3, 4, 5]);
    processes.send('/gone', { status: 500, client: '192.0.2.1' });
    processes.restart('stopped');
    const now = processes.clock.now();
    const { clients } = processes.book.errors({ fromMillis: now - 60_000, toMillis: now }, 'failed')!;
    expect(clients!.rows[0]).toMatchObject({ value: '192.0.2.1', count: 2, isExact: true });
  });

  it('of two processes at once are one', () => {
    const one = new Processes();
    const book = new RequestBook(() => one.clock.now());
    const other = new ListHistory({ book, clock: one.clock, guard: one.guard, days: 30 });
    other.restore(one.file);
    one.send('/gone');
    one.pass(31_000);
    const now = one.clock.now();
    const hour = { fromMillis: now - 60_000, toMillis: now };
    expect(book.notFound(hour).count).toBe(1);
    expect(one.book.notFound(hour).count).toBe(1);
  });

  it('survive a clock that is set back and forth', () => {
    const processes = new Processes();
    const { clock } = processes;
    processes.send('/now');
    clock.millis += 5 * DAY;
    processes.send('/future');
    clock.millis -= 5 * DAY;
    processes.send('/now');
    processes.pass(31_000);
    processes.pass(31_000);
    const now = clock.now();
    const count = (fromMillis: number, toMillis: number): number =>
      processes.book.notFound({ fromMillis, toMillis }).count;
    expect(count(now - HOUR, now)).toBe(2);
    expect(count(now - HOUR, now + 6 * DAY)).toBe(3);
  });

  it('skip a damaged row, and say nothing wrong of the others', () => {
    const processes = new Processes();
    processes.send('/a');
    processes.pass(31_000);
    processes.file.lists.save({
      name: 'missed ',
      startMillis: 0,
      endMillis: Infinity,
      cell: 'other',
      lists: JSON.parse('{"fromMillis":0}') as Parameters<HistoryFile['lists']['save']>[0]['lists'],
    });
    const now = processes.clock.now();
    expect(processes.book.notFound({ fromMillis: now - HOUR, toMillis: now }).count).toBe(1);
  });
});

describe('mergedSummary', () => {
  it('keeps its bounds, however often and in whichever order summaries are merged', () => {
    const streams = fc.array(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 60 }), {
      minLength: 2,
      maxLength: 8,
    });
    fc.assert(
      fc.property(
        streams,
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 100, max: 1e6 }),
        (parts, places, bytes) => {
          let left: ListSummary | undefined;
          for (const stream of parts) {
            const list = new TopList(places, { leftBytes: bytes });
            for (const [at, value] of stream.entries()) list.add(String(value), at);
            left = left === undefined ? list.summary() : mergedSummary([left, list.summary()], places);
          }
          const all = parts.flat();
          const { total, unlisted, rows } = left!;
          const really = (value: string): number => all.filter((one) => String(one) === value).length;
          expect(total).toBe(all.length);
          expect(rows.length).toBeLessThanOrEqual(places);
          for (const { value, count, missed } of rows) {
            expect(count).toBeLessThanOrEqual(really(value));
            expect(count + missed).toBeGreaterThanOrEqual(really(value));
          }
          for (const value of new Set(all.map(String)))
            if (!rows.some((row) => row.value === value)) expect(really(value)).toBeLessThanOrEqual(unlisted);
        },
      ),
      { numRuns: 300 },
    );
  });
});
