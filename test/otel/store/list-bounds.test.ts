import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { RequestBook } from '../../../otel/aggregate/request-book.ts';
import { Guard } from '../../../otel/base/guard.ts';
import type { ErrorRow, RequestLists, TimeRange, TopRow, TopRows } from '../../../otel/query.ts';
import { ListHistory } from '../../../otel/store/list-history.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { openHistoryFile } from './history-fixture.ts';
import { fakeClock } from './store-fixture.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ROUTE = 'GET /:slug';
const AGENTS = Array.from({ length: 12 }, (_, i) =>
  i === 0 ? 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' : `probe-${i}/1.0`,
);
/** As `agentName` has them. */
const NAMES = ['Firefox', ...AGENTS.slice(1).map((agent) => agent.slice(0, agent.indexOf('/')))];

interface Sent {
  readonly atMillis: number;
  readonly path: string;
  readonly from: string;
  readonly client: string;
  readonly agent: number;
  readonly status: number;
}

/** Unequal: the first of 1,000 clients asks a fifth of the time, most of them once or never; every time the same. */
function sentAt(index: number, atMillis: number, tail: string): Sent {
  const spread = (factor: number): number => (index * factor) % 1;
  const rare = (count: number, u: number): number => Math.floor(count * u ** 4);
  const client = rare(1000, spread(0.618_033_988_7));
  return {
    // A request may be counted shortly after one that ended later.
    atMillis: atMillis - (index % 7),
    path: `/${rare(900, spread(0.754_877_666_2))}${tail}`,
    from: `https://links.example/${rare(400, spread(0.569_840_290_9))}${tail}`,
    client: `2001:db8::${client}`,
    agent: (client + rare(12, spread(0.324_717_957_2))) % AGENTS.length,
    status: [404, 500, 403][index % 3] ?? 0,
  };
}

class Ledger {
  readonly clock = fakeClock();
  readonly sent: Sent[] = [];
  readonly guard = new Guard();
  readonly book: RequestBook;
  readonly #history: ListHistory;
  readonly #file = openHistoryFile(join(temporaryFolder(), 'history.sqlite'));
  readonly #tail: string;

  constructor(tail: string) {
    this.#tail = tail;
    this.clock.millis = Date.UTC(2026, 10, 1, 0, 20);
    this.book = new RequestBook(() => this.clock.now());
    this.#history = new ListHistory({ book: this.book, clock: this.clock, guard: this.guard, days: 30 });
    this.#history.restore(this.#file);
  }

  send(count: number): void {
    for (let i = 0; i < count; i++) {
      this.clock.millis += 5;
      const one = sentAt(this.sent.length, this.clock.millis, this.#tail);
      this.sent.push(one);
      const failed = one.status >= 500;
      this.book.record(
        ROUTE,
        {
          type: 'http',
          series: ROUTE,
          statusCode: one.status,
          endMillis: one.atMillis,
          durationNanos: 1,
          failed,
          clientError: !failed,
          aborted: false,
        },
        {
          askedPath: one.path,
          askedFrom: one.from,
          userAgent: AGENTS[one.agent],
          askedBy: one.client,
        },
      );
    }
  }

  pass(millis: number): void {
    this.clock.millis += millis;
    for (let i = 0; i < 10; i++) this.#history.write(this.#file);
  }
}

interface Claims {
  exactFirst: number;
  /** Of rows whose count is not exact, although their time is. */
  exactFirstOfRange: number;
  orEarlier: number;
  orLater: number;
  ranges: number;
}

/** The row's range has the true count, and a time that is called exact is. */
function isTrue(row: TopRow, sent: readonly Sent[]): boolean {
  const first = sent.reduce((least, { atMillis }) => Math.min(least, atMillis), Infinity);
  const last = sent.reduce((most, { atMillis }) => Math.max(most, atMillis), -Infinity);
  return (
    row.count <= sent.length &&
    row.count + row.missed >= sent.length &&
    row.isExact === (row.missed === 0) &&
    (row.firstIsExact ? row.firstMillis === first : row.firstMillis >= first && !row.isExact) &&
    (row.lastIsExact ? row.lastMillis === last : row.lastMillis <= last && !row.isExact)
  );
}

function expectTrue(row: TopRow, sent: readonly Sent[], claims: Claims): void {
  if (!isTrue(row, sent)) expect({ row, sent }).toBe('true');
  claims[row.firstIsExact ? 'exactFirst' : 'orEarlier']++;
  if (!row.lastIsExact) claims.orLater++;
  if (!row.isExact) claims.ranges++;
  if (!row.isExact && row.firstIsExact) claims.exactFirstOfRange++;
}

type Name = 'path' | 'from' | 'client';

function expectRows(
  rows: TopRows,
  sent: readonly Sent[],
  nameOf: (one: Sent) => string,
  claims: Claims,
): void {
  const by = Map.groupBy(sent, nameOf);
  for (const row of rows.rows) expectTrue(row, by.get(row.value) ?? [], claims);
  expect(rows.rows.reduce((sum, { count }) => sum + count, rows.none + rows.others)).toBe(sent.length);
}

function expectDescribed(rows: TopRows<ErrorRow>, sent: readonly Sent[], name: Name, claims: Claims): void {
  expectRows(rows, sent, (one) => one[name], claims);
  const byValue = Map.groupBy(sent, (one) => one[name]);
  for (const row of rows.rows) {
    const own = byValue.get(row.value) ?? [];
    const bots = own.filter(({ agent }) => agent > 0).length;
    if (row.bots > bots || row.bots + row.botsMissed < bots) expect({ row, bots }).toBe('true');
    const nested: readonly (readonly [TopRows, (one: Sent) => string])[] = [
      [row.agents, ({ agent }) => NAMES[agent] ?? ''],
      [row.peers, (one) => (name === 'client' ? one.path : one.client)],
      [row.referrers, ({ from }) => from],
    ];
    for (const [list, nameOf] of nested) {
      const by = Map.groupBy(own, nameOf);
      for (const each of list.rows) expectTrue(each, by.get(each.value) ?? [], claims);
    }
  }
}

function within({ fromMillis, toMillis }: TimeRange, sent: readonly Sent[]): readonly Sent[] {
  return sent.filter(({ atMillis }) => atMillis >= fromMillis && atMillis <= toMillis);
}

describe('rows of lists of requests', () => {
  it.each([
    ['more values than there are places', ''],
    ['more bytes than there are', `/${'long/'.repeat(34)}`],
  ])('have the true count in their range, and no time that is called exact is not: %s', (_, tail) => {
    const ledger = new Ledger(tail);
    for (let hour = 0; hour < 32; hour++) {
      // Some hours are as busy as a scan, others quiet: in those all is exact.
      ledger.send(hour % 4 === 3 ? 40 : 700);
      ledger.pass(31_000);
      ledger.pass(3 * HOUR);
    }
    ledger.send(500);
    const now = ledger.clock.now();
    const claims: Claims = { exactFirst: 0, exactFirstOfRange: 0, orEarlier: 0, orLater: 0, ranges: 0 };
    for (const fromMillis of [now - HOUR, now - 12 * HOUR, now - 3 * DAY, 0]) {
      const range = { fromMillis, toMillis: now };
      const kinds: readonly (readonly [RequestLists | undefined, (status: number) => boolean])[] = [
        [ledger.book.errors(range, 'failed'), (status) => status >= 500],
        [ledger.book.errors(range, '4xx'), (status) => status < 500],
        [ledger.book.of(ROUTE, range, 'failed'), (status) => status >= 500],
        [ledger.book.of(ROUTE, range), () => true],
      ];
      for (const [lists, isOne] of kinds) {
        const sent = within(lists!, ledger.sent).filter(({ status }) => isOne(status));
        expect(lists!.count).toBe(sent.length);
        expectRows(lists!.addresses, sent, ({ path }) => path, claims);
        expectRows(lists!.referrers, sent, ({ from }) => from, claims);
        if (lists!.clients !== undefined) expectDescribed(lists!.clients, sent, 'client', claims);
      }
      const missed = ledger.book.notFound(range);
      const sent = within(missed, ledger.sent).filter(({ status }) => status === 404);
      expect(missed.count).toBe(sent.length);
      expectDescribed(missed.addresses, sent, 'path', claims);
      expectDescribed(missed.clients!, sent, 'client', claims);
    }
    // Neither is vacuous.
    for (const times of Object.values(claims)) expect(times).toBeGreaterThan(20);
    expect(ledger.guard.faults()).toEqual([]);
  });
});
