import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import Database from 'better-sqlite3';
import type { TraceRing } from '../../../otel/store/trace-ring.ts';
import { HistoryFolder } from './history-fixture.ts';
import { spanIdOf, spanRecord, START_MILLIS, traceIdOf, WHOLE } from './kept-span-fixture.ts';

const DAY_MILLIS = 86_400_000;

function add(ring: TraceRing, from: number, to: number, bytesEach = 0): void {
  for (let i = from; i <= to; i++) {
    const attributes = { text: `${i} `.padEnd(bytesEach, 'x') };
    ring.add(
      traceIdOf(i),
      [spanRecord({ name: `trace ${i}`, startMillis: START_MILLIS + i, durationMillis: 1, attributes })],
      WHOLE,
    );
  }
}

describe('History', () => {
  let place: HistoryFolder;
  beforeEach(() => {
    place = new HistoryFolder();
  });
  afterEach(() => void jest.useRealTimers());

  it('restores kept traces after a restart, in order, with their pins', () => {
    const before = place.start();
    add(before.ring, 1, 20);
    before.ring.pin(traceIdOf(3), true);
    before.ring.markExported(traceIdOf(4));
    before.history.close();

    const after = place.start();
    expect([...after.ring.values()].map((trace) => trace.head?.name)).toEqual(
      Array.from({ length: 20 }, (_, i) => `trace ${i + 1}`),
    );
    expect(after.ring.get(traceIdOf(3))?.pinned).toBe(true);
    expect(after.ring.get(traceIdOf(4))?.exported).toBe(true);
    expect(after.ring.get(traceIdOf(5))?.summary()).toEqual(before.ring.get(traceIdOf(5))?.summary());
    expect(after.ring.facts()).toMatchObject({
      bytes: before.ring.bytes,
      evicted: { count: 0, bytes: 0, age: 0 },
    });
    expect([...before.guard.faults(), ...after.guard.faults(), ...place.messages]).toEqual([]);
  });

  it('restores no more than the ring holds, the newest', () => {
    const before = place.start();
    add(before.ring, 1, 50);
    before.history.close();
    const after = place.start({ maxTraces: 10 });
    expect([...after.ring.values()].map((trace) => trace.traceId)).toEqual(
      Array.from({ length: 10 }, (_, i) => traceIdOf(41 + i)),
    );
    const small = place.start({ ringBytes: 8000 });
    expect(small.ring.size).toBeGreaterThan(3);
    expect(small.ring.get(traceIdOf(50))).toBeDefined();
    expect(small.ring.facts().evicted).toEqual({ count: 0, bytes: 0, age: 0 });
  });

  it('writes in slices from a timer that does not keep the process alive', async () => {
    jest.useFakeTimers();
    const { ring, history } = place.start({ maxTraces: 1000 });
    add(ring, 1, 90);
    const saved = () =>
      Array.from({ length: 90 }, (_, i) => history.saved(traceIdOf(i + 1))).filter(Boolean).length;
    await jest.advanceTimersByTimeAsync(1999);
    expect(saved()).toBe(0);
    await jest.advanceTimersByTimeAsync(1);
    expect(saved()).toBe(8);
    await jest.advanceTimersByTimeAsync(100);
    expect(saved()).toBe(8);
    await jest.advanceTimersByTimeAsync(4000);
    expect(saved()).toBe(90);
  });

  it('keeps pace with a hundred traces a second where a slice has time for two, and loses none', async () => {
    jest.useFakeTimers();
    let nanos = 0;
    const clock = { ...place.clock, now: () => place.clock.now(), monotonicNanos: () => (nanos += 400_000) };
    const { ring, history } = place.start({ clock, maxTraces: 1000 });
    for (let second = 0; second < 15; second++)
      for (let tenth = 0; tenth < 10; tenth++) {
        add(ring, second * 100 + tenth * 10 + 1, second * 100 + tenth * 10 + 10);
        await jest.advanceTimersByTimeAsync(100);
      }
    expect(history.facts()).toMatchObject({ unsaved: 0 });
    // What a kill would lose now: nothing older than ten seconds.
    const old = Array.from({ length: 500 }, (_, i) => traceIdOf(i + 1));
    expect(old.filter((id) => history.saved(id) === undefined)).toEqual([]);
    expect(ring.waiting).toBeLessThan(500);
  });

  it('keeps pace in a small ring, and evicts from memory what is on disk first', async () => {
    jest.useFakeTimers();
    const { ring, history } = place.start({ maxTraces: 60 });
    for (let i = 1; i <= 20; i++) ring.add(traceIdOf(i), [spanRecord({ reason: 'error' })], WHOLE);
    history.flush();
    add(ring, 101, 140);
    await jest.advanceTimersByTimeAsync(1);
    add(ring, 141, 150);
    expect([ring.get(traceIdOf(1)), ring.get(traceIdOf(101))?.traceId]).toEqual([undefined, traceIdOf(101)]);
    await jest.advanceTimersByTimeAsync(2000);
    for (let more = 0; more < 20; more++) {
      await jest.advanceTimersByTimeAsync(100);
      add(ring, 200 + more * 10, 209 + more * 10);
    }
    history.flush();
    expect(history.facts()).toMatchObject({
      unsaved: 0,
      traces: { mustKeep: { traces: 20 }, ordinary: { traces: 250 } },
    });
  });

  it('ends a slow slice early, and writes the rest with the next ones', async () => {
    jest.useFakeTimers();
    let nanos = 0;
    const clock = { ...place.clock, now: () => place.clock.now(), monotonicNanos: () => (nanos += 400_000) };
    const { ring, history } = place.start({ clock });
    add(ring, 1, 8);
    const saved = () =>
      Array.from({ length: 8 }, (_, i) => history.saved(traceIdOf(i + 1))).filter(Boolean).length;
    await jest.advanceTimersByTimeAsync(2000);
    expect([saved(), ring.waiting]).toEqual([2, 6]);
    await jest.advanceTimersByTimeAsync(3 * 320);
    expect([saved(), ring.waiting]).toEqual([8, 0]);
  });

  it('writes failed traces before ordinary ones, and twice as often', async () => {
    jest.useFakeTimers();
    const { ring, history } = place.start();
    add(ring, 1, 10);
    for (let i = 11; i <= 42; i++) ring.add(traceIdOf(i), [spanRecord({ reason: 'error' })], WHOLE);
    const isSaved = (i: number) => history.saved(traceIdOf(i)) !== undefined;
    await jest.advanceTimersByTimeAsync(2000 + 3 * 160);
    expect([11, 42, 1].map(isSaved)).toEqual([true, true, false]);
    await jest.advanceTimersByTimeAsync(2 * 320);
    expect([1, 10].map(isSaved)).toEqual([true, true]);
  });

  it('saves failed traces before ordinary ones, however late they come', () => {
    const { ring } = place.start();
    add(ring, 1, 20);
    ring.add(traceIdOf(21), [spanRecord({ reason: 'error' })], WHOLE);
    expect(ring.takeChanged(2, 100).map(({ traceId }) => traceId)).toEqual([traceIdOf(21), traceIdOf(1)]);
  });

  it('saves a trace again when late spans arrive', () => {
    const before = place.start();
    add(before.ring, 1, 1);
    before.history.flush();
    before.ring.add(traceIdOf(1), [spanRecord({ parentSpanId: spanIdOf(1), reason: 'late' })], WHOLE);
    before.history.close();
    expect(place.start().ring.get(traceIdOf(1))?.spans).toHaveLength(2);
  });

  it('still opens an evicted trace, and late spans do not overwrite it', () => {
    const { ring, history } = place.start({ maxTraces: 1 });
    add(ring, 1, 1);
    history.flush();
    add(ring, 2, 2);
    expect(history.saved(traceIdOf(1))?.trace.head?.name).toBe('trace 1');
    ring.add(traceIdOf(1), [spanRecord({ name: 'late', parentSpanId: spanIdOf(1) })], WHOLE);
    history.flush();
    expect(history.saved(traceIdOf(1))?.trace.head?.name).toBe('trace 1');
    expect(history.saved(traceIdOf(99))).toBeUndefined();
  });

  it('removes what has expired, on disk and in memory, but not what is pinned', () => {
    const { ring, history } = place.start({ days: 2 });
    add(ring, 1, 10);
    ring.pin(traceIdOf(1), true);
    history.flush();
    place.clock.millis += 2 * DAY_MILLIS + 8;
    history.flush();
    expect(ring.facts()).toMatchObject({ traces: 5, evicted: { age: 5 } });
    expect([1, 2, 6, 7].map((i) => history.saved(traceIdOf(i)) !== undefined)).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });

  it('stays within its bytes, removing the oldest first', () => {
    const { ring, history } = place.start({ maxBytes: 300_000, maxTraces: 10 });
    for (let round = 0; round < 100; round++) {
      add(ring, round * 10 + 1, round * 10 + 10, 1000);
      history.flush();
    }
    expect(history.fileBytes).toBeLessThan(400_000);
    expect(history.saved(traceIdOf(1))).toBeUndefined();
    expect(history.saved(traceIdOf(1000))).toBeDefined();
  });

  it.each([
    ['no database', Buffer.from('this is not a database, '.repeat(100))],
    ['cut to its first page', Buffer.from('SQLite format 3\0')],
  ])('sets a file aside that is %s, logs it and creates a new one', (_name, content) => {
    mkdirSync(dirname(place.path), { recursive: true });
    writeFileSync(place.path, content);
    const { ring, history, guard } = place.start();
    expect(place.messages).toEqual([
      expect.stringContaining(`it was renamed to ${place.path}.damaged and a new one created`),
    ]);
    expect(readFileSync(`${place.path}.damaged`)).toEqual(content);
    add(ring, 1, 1);
    history.flush();
    expect(history.saved(traceIdOf(1))).toBeDefined();
    expect(guard.faults()).toEqual([]);
  });

  it('sets a newer file aside, unchanged, and logs which version it supports', () => {
    mkdirSync(dirname(place.path), { recursive: true });
    const newer = new Database(place.path);
    newer.exec('CREATE TABLE future (x); PRAGMA user_version = 7');
    newer.close();
    place.start();
    expect(place.messages).toEqual([
      expect.stringMatching(/was written by a newer version \(7, this one supports 4\)/),
    ]);
    const kept = new Database(`${place.path}.newer`);
    expect(kept.pragma('user_version', { simple: true })).toBe(7);
    kept.close();
  });

  it('sets a file with foreign tables aside', () => {
    mkdirSync(dirname(place.path), { recursive: true });
    const foreign = new Database(place.path);
    foreign.exec('CREATE TABLE trace (x)');
    foreign.close();
    place.start();
    expect(place.messages).toEqual([expect.stringContaining('table trace already exists')]);
  });

  it('creates a new file when its tables are removed while it runs', () => {
    const { ring, history } = place.start();
    const other = new Database(place.path);
    other.exec('DROP TABLE kept_trace');
    other.close();
    add(ring, 1, 3);
    history.flush();
    expect(place.messages).toEqual([expect.stringContaining('no such table: ')]);
    history.flush();
    expect([1, 2, 3].map((i) => history.saved(traceIdOf(i)) !== undefined)).toEqual([true, true, true]);
  });

  it('gives up, with a log line, when its file is damaged again and again', () => {
    const { ring, history } = place.start();
    for (let i = 1; i <= 5; i++) {
      const other = new Database(place.path);
      other.exec('DROP TABLE IF EXISTS kept_trace');
      other.close();
      add(ring, i, i);
      history.flush();
    }
    expect(place.messages).toHaveLength(4);
    expect(place.messages.at(-1)).toMatch(/^telemetry history is off: .* was damaged again: /);
    expect(history.fileBytes).toBe(0);
    expect(ring.size).toBe(5);
  });

  it('saves what was kept before it was started', () => {
    const { ring } = place.start({ path: `${place.path}.other` });
    add(ring, 1, 3);
    place.start({ ring }).history.flush();
    expect(place.start().ring.size).toBe(3);
  });

  it('creates a new file when the old one turns out damaged while it runs', () => {
    const first = place.start();
    add(first.ring, 1, 100, 1000);
    first.history.close();
    const bytes = readFileSync(place.path);
    // The tables are intact, the traces are not.
    bytes.fill(0xff, bytes.length / 2);
    writeFileSync(place.path, bytes);
    const { ring, history, guard } = place.start();
    expect(guard.faults().length).toBeGreaterThan(0);
    expect(place.messages).toEqual([expect.stringContaining('is damaged')]);
    add(ring, 200, 201);
    history.flush();
    expect(history.saved(traceIdOf(200))).toBeDefined();
    expect(existsSync(`${place.path}.damaged`)).toBe(true);
  });

  it('is off, with a log line, if the file cannot be opened at all', () => {
    mkdirSync(place.path, { recursive: true });
    const { ring, history, guard } = place.start();
    expect(place.messages).toEqual([
      expect.stringMatching(/^telemetry history is off: .* cannot be opened: /),
    ]);
    add(ring, 1, 1);
    history.flush();
    expect(history.fileBytes).toBe(0);
    expect(history.saved(traceIdOf(1))).toBeUndefined();
    expect(guard.faults()).toEqual([]);
    expect(ring.size).toBe(1);
  });

  it('skips a trace it cannot read and restores the others', () => {
    const before = place.start();
    add(before.ring, 1, 3);
    before.history.close();
    const database = new Database(place.path);
    database
      .prepare(
        "UPDATE trace_body SET body = x'00' WHERE trace = (SELECT id FROM kept_trace WHERE trace_id = ?)",
      )
      .run(traceIdOf(2));
    database.close();
    const { ring, guard } = place.start();
    expect([...ring.values()].map((trace) => trace.traceId)).toEqual([traceIdOf(1), traceIdOf(3)]);
    expect(guard.faults()).toMatchObject([{ place: 'history.restore', count: 1 }]);
  });

  it('writes later what it could not write while another process held the file', () => {
    const { ring, history, guard } = place.start();
    const other = new Database(place.path);
    other.exec('BEGIN IMMEDIATE');
    add(ring, 1, 3);
    history.flush();
    expect(guard.faults()).toMatchObject([{ place: 'history.flush', count: 1 }]);
    other.exec('COMMIT');
    other.close();
    history.flush();
    expect([1, 2, 3].map((i) => history.saved(traceIdOf(i)) !== undefined)).toEqual([true, true, true]);
  });

  it('does nothing after close', () => {
    const { ring, history, guard } = place.start();
    history.close();
    history.close();
    add(ring, 1, 1);
    history.flush();
    expect(history.saved(traceIdOf(1))).toBeUndefined();
    expect(guard.faults()).toEqual([]);
  });

  it('holds no more than the ring if the writer is behind', () => {
    const { ring, history } = place.start({ maxTraces: 10 });
    add(ring, 1, 1000);
    expect(ring.lost).toEqual({ mustKeep: 0, ordinary: 990 });
    expect(ring.takeChanged(10_000, 10_000)).toHaveLength(10);
    history.flush();
    expect(history.saved(traceIdOf(500))).toBeUndefined();
  });
});
