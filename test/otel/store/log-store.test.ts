import { describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { LOG_LEVELS, type LogFilter, type LogLevel, type LogTerm } from '../../../otel/query.ts';
import { LogFile } from '../../../otel/store/log-file.ts';
import type { LogStore } from '../../../otel/store/log-store.ts';
import type { UnstoredLine } from '../../../otel/store/log-writer.ts';
import { afterThisTest } from '../../fixtures/after-tests.ts';
import { randomOf } from '../sampling/random.ts';
import { START_MILLIS } from './kept-span-fixture.ts';
import { BYTES, lineAt, LogFolder } from './log-fixture.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const TRACE = '0af7651916cd43dd8448eb211c80319c';

const messages = (store: LogStore, ...terms: readonly LogTerm[]): readonly string[] =>
  store.list({ terms })?.rows.map(({ message }) => message) ?? ['nothing is stored'];
const text = (words: string, begins = false): LogTerm => ({ field: 'text', text: words, begins });
const not = (term: LogTerm): LogTerm => ({ ...term, negated: true });

describe('log lines', () => {
  it('are found by words, phrases, values, level and trace, newest first', () => {
    const store = new LogFolder().start();
    const add = (at: number, message: string, more: Partial<UnstoredLine> = {}): void =>
      store.add(lineAt(START_MILLIS + at, message, more), BYTES);
    add(1, 'sign-in failed', { level: 'warn', attributes: { 'url.path': '/admin/sign-in', tries: 3 } });
    add(2, 'request failed', { level: 'error', traceId: TRACE, spanId: 'b7ad6b7169203331' });
    add(3, 'Zürich is déjà vu');
    add(4, 'failed request', { level: 'error' });
    expect(messages(store)).toEqual([
      'failed request',
      'Zürich is déjà vu',
      'request failed',
      'sign-in failed',
    ]);
    expect(messages(store, text('failed'))).toEqual(['failed request', 'request failed', 'sign-in failed']);
    expect(messages(store, text('request failed'))).toEqual(['request failed']);
    expect(messages(store, text('/admin/sign'))).toEqual(['sign-in failed']);
    expect(messages(store, text('3'))).toEqual(['sign-in failed']);
    expect(messages(store, text('ZURICH'))).toEqual(['Zürich is déjà vu']);
    expect(messages(store, text('req', true))).toEqual(['failed request', 'request failed']);
    expect(messages(store, text('failed'), not(text('request')))).toEqual(['sign-in failed']);
    expect(messages(store, not(text('failed')))).toEqual(['Zürich is déjà vu']);
    expect(messages(store, { field: 'level', levels: ['warn', 'error'] }, text('sign'))).toEqual([
      'sign-in failed',
    ]);
    expect(messages(store, not({ field: 'level', levels: ['info', 'error'] }))).toEqual(['sign-in failed']);
    expect(messages(store, { field: 'level', levels: [] })).toEqual([]);
    expect(messages(store, { field: 'trace', traceId: TRACE.toUpperCase() })).toEqual(['request failed']);
    expect(store.list()?.rows.at(2)).toMatchObject({ level: 'error', logger: 'app', traceId: TRACE });
    // The words that mark a level and a trace are not those of a text.
    expect(messages(store, text('levelerror'))).toEqual([]);
    expect(messages(store, text(TRACE))).toEqual([]);
  });

  it('are found after the clock was set back, behind removed ones that the index still has', () => {
    const folder = new LogFolder();
    const file = new LogFile(Database, folder.path, { maxBytes: 1, clock: folder.clock });
    afterThisTest(() => file.close());
    const nothing = { lines: 0, untilMillis: 0 };
    file.append(
      Array.from({ length: 150 }, (_, i) => lineAt(START_MILLIS + i, 'a word')),
      nothing,
    );
    file.removeOldest('bytes', 149);
    file.append([lineAt(START_MILLIS - HOUR, 'a word')], nothing);
    const found = file.search.list({ terms: [text('word')], limit: 2 });
    expect(found.rows.map(({ timeMillis }) => timeMillis - START_MILLIS)).toEqual([149, -HOUR]);
    expect(found).toMatchObject({ next: undefined, total: { count: 2, isExact: true } });
  });

  it.each([
    '"',
    '*',
    'a OR',
    'NEAR(a b)',
    'text : x',
    '-',
    'a"b',
    "'; DROP TABLE line; --",
    '\0x',
    '(',
    '^',
    ':',
  ])('take %j as text, never as an operator', (typed) => {
    const folder = new LogFolder();
    const store = folder.start();
    store.add(lineAt(START_MILLIS, 'a line'), BYTES);
    expect(messages(store, text(typed))).toEqual([]);
    expect(messages(store, text(typed, true), not(text(typed)))).toEqual([]);
    expect(folder.guard.faults()).toEqual([]);
  });

  it('have pages without gaps and doubles, also within one moment', () => {
    const store = new LogFolder().start();
    for (let i = 0; i < 95; i++) store.add(lineAt(START_MILLIS + Math.floor(i / 40), `line ${i}`), BYTES);
    for (const terms of [[], [text('line')]]) {
      const seen: string[] = [];
      let before: number | undefined;
      do {
        const page = store.list({ terms, limit: 10, before });
        seen.push(...page!.rows.map(({ message }) => message));
        before = page!.next;
      } while (before !== undefined);
      expect(seen).toEqual(Array.from({ length: 95 }, (_, i) => `line ${94 - i}`));
    }
  });
});

describe('a search through the parts of the index', () => {
  /** 200 lines each. */
  const maxBytes = 1024 * 1024;
  const pagesOf = (store: LogStore, terms: readonly LogTerm[]) => {
    const pages: (readonly string[])[] = [];
    let before: number | undefined;
    do {
      const page = store.list({ terms, limit: 1000, before })!;
      pages.push(page.rows.map(({ message }) => message));
      before = page.next;
    } while (before !== undefined);
    return pages;
  };

  it('finds lines in the order of their times, also after the clock was set back', () => {
    const store = new LogFolder().start({ maxBytes });
    // Every second hundred is from an hour before.
    for (let i = 0; i < 900; i++)
      store.add(lineAt(START_MILLIS + i - (Math.floor(i / 100) % 2) * HOUR, `line ${i}`), BYTES);
    store.flush();
    const [found = []] = pagesOf(store, [text('line')]);
    expect(found).toEqual(store.list({ limit: 1000 })!.rows.map(({ message }) => message));
    expect(found).toHaveLength(900);
    const few = store.list({ terms: [text('line')], limit: 7 })!;
    expect(few.rows.map(({ message }) => message)).toEqual(found.slice(0, 7));
  });

  it('stops when it takes long, says how far it came, and goes on there', () => {
    const folder = new LogFolder();
    let nanos = 0;
    const slow = { now: () => folder.clock.now(), monotonicNanos: () => (nanos += 100e6) };
    const store = folder.start({ maxBytes, clock: slow });
    for (let i = 0; i < 1000; i++)
      store.add(lineAt(START_MILLIS + i, i % 300 === 0 ? `rare ${i}` : `line ${i}`), BYTES);
    store.flush();
    const first = store.list({ terms: [text('rare')] })!;
    expect(first).toMatchObject({
      total: { count: 1, isExact: false },
      searchedFromMillis: START_MILLIS + 800,
    });
    expect(first.levels.info).toEqual({ count: 1, isExact: false });
    const pages = pagesOf(store, [text('rare')]);
    expect(pages).toHaveLength(5);
    expect(pages.flat()).toEqual(['rare 900', 'rare 600', 'rare 300', 'rare 0']);
    expect(pagesOf(store, [not(text('line'))]).flat()).toEqual(pages.flat());
  });
});

describe('patterns of log lines', () => {
  const naive = (
    lines: readonly UnstoredLine[],
    { fromMillis, toMillis }: NonNullable<LogFilter['range']>,
  ) => {
    const within = lines.filter(({ timeMillis }) => timeMillis >= fromMillis && timeMillis < toMillis);
    return Object.fromEntries(
      [...Map.groupBy(within, ({ level, message }) => `${level} ${message.replaceAll(/\d+/g, '#')}`)].map(
        ([key, group]) => [key, [group.length, group[0]!.timeMillis, group.at(-1)!.timeMillis]],
      ),
    );
  };

  it('are counted exactly in every range, over hours, and after lines were removed', () => {
    const folder = new LogFolder();
    const store = folder.start();
    const next = randomOf(5);
    const random = (): number => next() / 2 ** 32;
    let at = START_MILLIS;
    const lines = Array.from({ length: 1500 }, (_, i): UnstoredLine => {
      at += Math.floor(random() * 60_000);
      const level: LogLevel = random() < 0.1 ? 'warn' : 'info';
      return lineAt(at, `${['read', 'wrote', 'sent'][i % 3]} ${i} bytes`, { level });
    });
    for (const line of lines) store.add(line, BYTES);
    store.flush();
    const ranges = Array.from({ length: 25 }, () => {
      const fromMillis = START_MILLIS + Math.floor(random() * (at - START_MILLIS));
      return { fromMillis, toMillis: fromMillis + Math.floor(random() * 9 * HOUR) };
    });
    const all = { fromMillis: 0, toMillis: at + 1 };
    const compare = (held: readonly UnstoredLine[]): void => {
      for (const range of [all, ...ranges]) {
        const { patterns, total, levels } = store.list({ range })!;
        const counted = patterns.map((each) => [
          `${each.level} ${each.text}`,
          [each.count, Math.floor(each.firstMillis), Math.floor(each.lastMillis)],
        ]);
        expect(Object.fromEntries(counted)).toEqual(naive(held, range));
        expect(total).toEqual({ count: patterns.reduce((sum, { count }) => sum + count, 0), isExact: true });
        expect(LOG_LEVELS.reduce((sum, level) => sum + levels[level].count, 0)).toBe(total.count);
      }
    };
    compare(lines);
    // A month later, all but the newest 500 or so have expired.
    const cutMillis = lines[1000]!.timeMillis;
    folder.clock.millis = cutMillis + 30 * DAY;
    for (let i = 0; i < 10; i++) {
      store.add(lineAt(at, 'read 1 bytes'), BYTES);
      store.flush();
    }
    const added = Array.from({ length: 10 }, () => lineAt(at, 'read 1 bytes'));
    compare([...lines.slice(1000), ...added]);
    expect(store.facts()).toMatchObject({
      lines: 510,
      stored: 1510,
      removed: { age: 1000, bytes: 0 },
      lost: 0,
    });
  });

  it('of a search are those of the newest lines that match, and say so', () => {
    const store = new LogFolder().start();
    for (let i = 0; i < 2100; i++)
      store.add(lineAt(START_MILLIS + i, i < 50 ? 'old one' : `one ${i}`), BYTES);
    store.flush();
    const found = store.list({ terms: [text('one')] })!;
    expect(found.total).toEqual({ count: 2000, isExact: false });
    expect(found.grouped).toBe(2000);
    expect(found.patterns).toMatchObject([{ text: 'one #', count: 2000 }]);
    const few = store.list({ terms: [text('old')] })!;
    expect(few).toMatchObject({ total: { count: 50, isExact: true }, grouped: undefined, patternCount: 1 });
    expect(few.patterns[0]).toMatchObject({ text: 'old one', count: 50, firstMillis: START_MILLIS });
  });

  it('are bounded: what is beyond shares one per level', () => {
    const store = new LogFolder().start();
    for (let i = 0; i < 1100; i++) {
      const name = [...String(i)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
      store.add(lineAt(START_MILLIS + i, `kind ${name}`), BYTES);
    }
    store.flush();
    const found = store.list()!;
    expect(found.patternCount).toBe(1001);
    expect(found.patterns[0]).toMatchObject({
      text: '(other)',
      count: 100,
      example: { message: 'kind bajj' },
    });
    expect(found.total.count).toBe(1100);
  });

  it('have pages, also while more is logged', () => {
    const store = new LogFolder().start();
    const name = (kind: number): string =>
      [...String(kind)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
    // Sent: kind 0 once, kinds 1 to 10 twice, and so on.
    for (let kind = 0; kind < 250; kind++)
      for (let times = 0; times <= Math.ceil(kind / 10); times++)
        store.add(lineAt(START_MILLIS + kind, `kind ${name(kind)}`), BYTES);
    store.flush();
    const pages = [store.list()!];
    for (let last = pages[0]!.patterns.at(-1); last !== undefined && pages.length < 9;) {
      // The newest kinds are logged more often: they are on the first page anyway.
      for (let kind = 240; kind < 250; kind++)
        store.add(lineAt(START_MILLIS + 1000, `kind ${name(kind)}`), BYTES);
      const page = store.list({ patternsBelow: last })!;
      pages.push(page);
      last = page.patterns.at(-1);
    }
    expect(pages.map(({ patterns, patternsAhead }) => [patternsAhead, patterns.length])).toEqual([
      [0, 100],
      [100, 100],
      [200, 50],
      [250, 0],
    ]);
    const texts = pages.flatMap(({ patterns }) => patterns.map(({ text }) => text));
    expect(new Set(texts).size).toBe(250);
    const [, second, third] = pages;
    const back = store.list({ patternsAbove: third!.patterns[0]! })!;
    expect(back.patterns.map(({ text }) => text)).toEqual(second!.patterns.map(({ text }) => text));
    expect(store.list({ patternLimit: 1000 })!.patterns).toHaveLength(250);
    expect(
      store.list({ terms: [{ field: 'text', text: 'kind' }], patternsBelow: pages[0]!.patterns.at(-1)! })!,
    ).toMatchObject({ patternCount: expect.any(Number), patternsAhead: expect.any(Number) });
  });
});
