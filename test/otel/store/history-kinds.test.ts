import { beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { RollUpSource } from '../../../otel/aggregate/roll-ups.ts';
import type { LogLine } from '../../../otel/query.ts';
import { KeptTraces } from '../../../otel/store/kept-traces.ts';
import { TraceLogs } from '../../../otel/store/trace-logs.ts';
import { TraceRecord } from '../../../otel/store/trace-record.ts';
import type { TraceRing } from '../../../otel/store/trace-ring.ts';
import { HistoryFolder } from './history-fixture.ts';
import { spanIdOf, spanRecord, START_MILLIS, traceIdOf, WHOLE } from './kept-span-fixture.ts';
import { writeVersion1File } from './version-1-file.ts';

const FAILED = { failed: true, reason: 'error' } as const;

function traceOf(i: number, sketch: Parameters<typeof spanRecord>[0] = {}): TraceRecord {
  const trace = new TraceRecord(traceIdOf(i));
  trace.append([spanRecord({ startMillis: START_MILLIS + i, ...sketch })], WHOLE);
  return trace;
}

function add(ring: TraceRing, from: number, to: number, sketch: Parameters<typeof spanRecord>[0] = {}): void {
  for (let i = from; i <= to; i++)
    ring.add(traceIdOf(i), [spanRecord({ startMillis: START_MILLIS + i, ...sketch })], WHOLE);
}

describe('History by kinds of traces', () => {
  let place: HistoryFolder;
  beforeEach(() => {
    place = new HistoryFolder();
  });

  it('restores failed traces before ordinary ones, up to their share, and lists all', () => {
    const before = place.start({ maxTraces: 1000 });
    add(before.ring, 1, 70, FAILED);
    add(before.ring, 100, 299);
    before.history.close();

    const { ring, history } = place.start({ maxTraces: 100 });
    const held = [...ring.values()].filter((trace) => trace.keepReason === 'error');
    expect(held.map(({ traceId }) => traceId)).toEqual(
      Array.from({ length: 50 }, (_, i) => traceIdOf(21 + i)),
    );
    expect(ring.facts()).toMatchObject({ traces: 100, evicted: { count: 0, bytes: 0, age: 0 } });
    expect(new KeptTraces(ring, history).failures()).toMatchObject({ total: 70 });
    expect(new KeptTraces(ring, history).list({ limit: 0 }).total).toBe(270);
  });

  it('finds traces by the version of the process that recorded them, in memory and on disk', () => {
    const first = place.start({ version: '3.0 (2ce0b90)' });
    add(first.ring, 1, 5);
    first.history.close();
    const second = place.start({ version: '3.1', maxTraces: 2 });
    add(second.ring, 6, 7);
    second.history.flush();
    // The second part comes from another version than the first.
    add(second.ring, 5, 5);
    const kept = new KeptTraces(second.ring, second.history);
    second.history.flush();
    const found = (text: string, begins = false, negated = false): readonly string[] =>
      kept
        .list({ terms: [{ field: 'version', text, begins, negated }], limit: 20 })
        .rows.map(({ traceId }) => traceId)
        .sort();
    const ids = (...numbers: readonly number[]): readonly string[] => numbers.map(traceIdOf);
    expect(second.ring.size).toBe(2);
    for (const text of ['3.0', '3.0 (2ce0b90)', '2CE0B90']) expect(found(text)).toEqual(ids(1, 2, 3, 4));
    expect(found('3.1')).toEqual(ids(5, 6, 7));
    expect(found('3.', true)).toEqual(ids(1, 2, 3, 4, 5, 6, 7));
    expect(found('3')).toEqual([]);
    expect(found('3.1', false, true)).toEqual(ids(1, 2, 3, 4));
    expect(kept.find(traceIdOf(1))?.trace.version).toBe('3.0 (2ce0b90)');
    expect(kept.list({ terms: [{ field: 'version', text: '3.0' }], limit: 0 }).total).toBe(4);
    // A program that does not know its version.
    const third = place.start();
    add(third.ring, 8, 8);
    expect(new KeptTraces(third.ring, third.history).find(traceIdOf(8))?.trace.version).toBeUndefined();
  });

  it('fills the remaining room with more failed ones', () => {
    const before = place.start({ maxTraces: 1000 });
    add(before.ring, 1, 70, FAILED);
    add(before.ring, 100, 104);
    before.history.close();
    const { ring } = place.start({ maxTraces: 100 });
    expect(ring.size).toBe(75);
  });

  it('holds each kind within its own bound: a flood of ordinary traces displaces no failure, nor the other way', () => {
    const maxBytes = 2_000_000;
    const { ring, history } = place.start({ maxBytes, maxTraces: 50 });
    const text = 'x'.repeat(1000);
    const flood = (from: number, sketch: Parameters<typeof spanRecord>[0]): void => {
      for (let i = from; i < from + 1000; i += 10) {
        add(ring, i, i + 9, { attributes: { text: `${i} ${text}` }, ...sketch });
        history.flush();
      }
    };
    add(ring, 1, 5, FAILED);
    history.flush();
    flood(1000, {});
    expect(history.facts()?.traces.mustKeep).toMatchObject({ traces: 5, dropped: 0 });
    const full = history.facts()!.traces.ordinary;
    expect(full.traces + full.dropped).toBe(1000);
    expect(full.dropped).toBeGreaterThan(100);
    expect(full.bytes).toBeLessThanOrEqual(full.maxBytes);
    expect(full.newestMillis).toBe(START_MILLIS + 1999 + 10);

    flood(3000, FAILED);
    expect(history.facts()?.traces.ordinary).toEqual(full);
    const failed = history.facts()!.traces.mustKeep;
    expect(failed.traces + failed.dropped).toBe(1005);
    expect(failed.bytes).toBeLessThanOrEqual(failed.maxBytes);
    expect(history.saved(traceIdOf(3999))).toBeDefined();
    expect(history.saved(traceIdOf(1))).toBeUndefined();
  });

  it('keeps the counts of bytes across kills: they equal the sum of the rows', () => {
    for (let round = 0; round < 4; round++) {
      const { ring, history } = place.start({ maxTraces: 20 });
      add(ring, round * 30 + 1, round * 30 + 10);
      add(ring, round * 30 + 11, round * 30 + 20, FAILED);
      history.flush();
      // A late span turns an ordinary trace into must-keep.
      ring.add(traceIdOf(round * 30 + 5), [spanRecord({ parentSpanId: spanIdOf(1), ...FAILED })], WHOLE);
      history.flush();
      add(ring, round * 30 + 21, round * 30 + 25);
    }
    const database = new Database(place.path);
    expect(database.prepare('SELECT rank, traces, bytes FROM trace_rank ORDER BY rank').all()).toEqual(
      database
        .prepare(
          'SELECT rank, count(*) AS traces, sum(bytes) AS bytes FROM kept_trace GROUP BY rank ORDER BY rank',
        )
        .all(),
    );
    expect(database.prepare('SELECT sum(traces) FROM trace_rank').pluck().get()).toBe(80);
    database.close();
  });

  it('leaves nothing behind of what it drops', () => {
    const { ring, history } = place.start({ days: 1 });
    add(ring, 1, 30, { attributes: { path: '/a' } });
    history.flush();
    place.clock.millis += 2 * 86_400_000;
    history.flush();
    const database = new Database(place.path);
    for (const table of ['kept_trace', 'trace_body', 'trace_words', 'operation', 'vocabulary'])
      expect(`${table} ${String(database.prepare(`SELECT count(*) FROM ${table}`).pluck().get())}`).toBe(
        `${table} 0`,
      );
    database.close();
    expect(history.facts()?.traces.ordinary).toMatchObject({ traces: 0, bytes: 0, expired: 30, dropped: 0 });
  });

  it('counts what was evicted before it was written', () => {
    const { ring, history } = place.start({ maxTraces: 10 });
    add(ring, 1, 25);
    expect(history.facts()).toMatchObject({ waiting: 10, unsaved: 15 });
    history.flush();
    expect(history.facts()).toMatchObject({ waiting: 0, unsaved: 15, traces: { ordinary: { traces: 10 } } });
  });

  it('counts it by kind: an ordinary one that failed later is must-keep', () => {
    const { ring, history } = place.start({ maxTraces: 10 });
    add(ring, 1, 13);
    add(ring, 13, 13, FAILED);
    add(ring, 101, 109, FAILED);
    expect(history.facts()?.traces).toMatchObject({ ordinary: { unsaved: 7 }, mustKeep: { unsaved: 5 } });
  });

  it('counts all when memory evicts traces while a slice is prepared', () => {
    let [settled, more, nanos] = [0, 0, 0];
    // Like counting: reading the counts handles deferred operations and keeps their traces.
    const settle = (): void => {
      if (more <= 0) return;
      more -= 10;
      add(ring, 100 * ++settled, 100 * settled + 9);
    };
    const rollUps: RollUpSource = {
      processId: 'this',
      owner: 'this 1',
      peek: () => (settle(), []),
      wrote: () => undefined,
      completeMillis: () => undefined,
      closeAll: () => undefined,
      restore: () => undefined,
    };
    // A slice has time for one trace, and leaves the others.
    const clock = { now: () => place.clock.now(), monotonicNanos: () => (nanos += 2_000_000) };
    const { ring, history } = place.start({ maxTraces: 10, rollUps, clock });
    add(ring, 1, 10);
    more = 50;
    history.flush();
    const { waiting, unsaved, traces } = history.facts()!;
    expect(ring.size + ring.facts().evicted.count).toBe(60);
    expect(traces.ordinary.traces + waiting + unsaved).toBe(60);
  });

  it('moves the traces of a file of version 1 in slices, and lists all of them', () => {
    const old = Array.from({ length: 150 }, (_, i) => traceOf(i + 1, i % 10 === 0 ? FAILED : {}));
    old[7]!.pinned = true;
    writeVersion1File(place.path, old);
    const { ring, history, guard } = place.start({ maxTraces: 40 });
    expect(history.facts()).toMatchObject({ unlisted: 110 });
    expect(ring.get(traceIdOf(8))?.pinned).toBe(true);
    expect(history.saved(traceIdOf(2))?.trace.name).toBe('GET /:slug');
    history.flush();
    expect(history.facts()).toMatchObject({
      unlisted: 0,
      traces: { mustKeep: { traces: 15 }, ordinary: { traces: 135 } },
    });
    const kept = new KeptTraces(ring, history);
    expect(kept.list({ limit: 0 }).total).toBe(150);
    expect(kept.failures().total).toBe(15);
    expect(kept.find(traceIdOf(2))).toMatchObject({ logs: undefined });
    expect([...guard.faults(), ...place.messages]).toEqual([]);
  });

  it('for a trace on disk that is partly in a range, requires an operation that ended in it', () => {
    const { ring, history } = place.start({ maxTraces: 1 });
    add(ring, 0, 0, { durationMillis: 1000 });
    history.flush();
    add(ring, 5000, 5000);
    const kept = new KeptTraces(ring, history);
    const until = (millis: number) => ({ fromMillis: START_MILLIS - 1, toMillis: START_MILLIS + millis });
    expect(ring.get(traceIdOf(0))).toBeUndefined();
    expect([500, 1000, 1001].map((to) => kept.list({ type: 'http', range: until(to) }).total)).toEqual([
      0, 0, 1,
    ]);
    expect([500, 1001].map((to) => kept.list({ range: until(to) }).total)).toEqual([1, 1]);
  });

  it('finds an attribute by its name now, and by the former one that an older version wrote', () => {
    const { ring, history } = place.start({ maxTraces: 1 });
    add(ring, 1, 1, { attributes: { 'http.response.outcome': 'aborted' } });
    history.flush();
    add(ring, 2, 2, { attributes: { 'operation.outcome': 'complete' } });
    const kept = new KeptTraces(ring, history);
    const found = (key: string, text: string): readonly string[] =>
      kept.list({ terms: [{ field: 'attribute', key, text }] }).rows.map(({ traceId }) => traceId);
    expect(ring.get(traceIdOf(1))).toBeUndefined();
    for (const name of ['operation.outcome', 'http.response.outcome']) {
      expect(found(name, 'aborted')).toEqual([traceIdOf(1)]);
      expect(found(name, 'complete')).toEqual([traceIdOf(2)]);
    }
  });

  it('reads no trace whose value only contains the one that is asked for as a whole', () => {
    const before = place.start({ maxTraces: 1000 });
    add(before.ring, 1, 2, { attributes: { 'client.address': '192.0.2.5' } });
    add(before.ring, 3, 520, { attributes: { 'client.address': '192.0.2.50' } });
    before.history.close();
    const { ring, history } = place.start({ maxTraces: 1 });
    const kept = new KeptTraces(ring, history);
    const asked = (whole: boolean) =>
      kept.list({ terms: [{ field: 'attribute', key: 'client.address', text: '192.0.2.5', whole }] });
    expect(asked(true).rows.map(({ traceId }) => traceId)).toEqual([traceIdOf(2), traceIdOf(1)]);
    expect([asked(true).searched, asked(false).searched?.newest]).toEqual([undefined, 500]);
  });

  it('pins what is only on disk', () => {
    const { ring, history } = place.start({ maxTraces: 1, days: 1 });
    add(ring, 1, 1);
    history.flush();
    add(ring, 2, 3);
    history.flush();
    expect(history.pin(traceIdOf(1), true)).toBe(true);
    expect(history.pin(traceIdOf(99), true)).toBe(false);
    place.clock.millis += 2 * 86_400_000;
    history.flush();
    expect([1, 2].map((i) => history.saved(traceIdOf(i))?.trace.pinned)).toEqual([true, undefined]);
  });

  it('does not touch a newer file while the newer version runs', () => {
    place.start().history.close();
    const newer = new Database(place.path);
    newer.exec('PRAGMA user_version = 99');
    expect(newer.prepare('SELECT count(*) FROM kept_trace').pluck().get()).toBe(0);
    place.start();
    expect(place.messages).toEqual([
      expect.stringMatching(/^telemetry history is off: .*, which still runs$/),
    ]);
    newer.close();
    expect(readdirSync(dirname(place.path))).toEqual([basename(place.path)]);
  });
});

describe('log lines in the history', () => {
  let place: HistoryFolder;
  beforeEach(() => {
    place = new HistoryFolder();
  });
  const line = (message: string, timeMillis = START_MILLIS): LogLine => ({
    timeMillis,
    spanId: spanIdOf(1),
    level: 'warn',
    message,
    attributes: { hits: 3 },
  });
  const messages = (lines: readonly LogLine[] | undefined) => lines?.map(({ message }) => message);

  it('exist after eviction and after a restart; none differs from unknown', () => {
    const logs = new TraceLogs({ maxTraces: 1 });
    const { ring, history } = place.start({ maxTraces: 1, logs });
    logs.add(traceIdOf(1), line('first'), 10);
    logs.add(traceIdOf(1), line('second', START_MILLIS + 1), 10);
    add(ring, 1, 1);
    history.flush();
    logs.add(traceIdOf(2), line('other'), 10);
    add(ring, 2, 2);
    history.flush();
    expect(messages(history.saved(traceIdOf(1))?.logs)).toEqual(['first', 'second']);
    add(ring, 3, 3);
    history.close();

    const later = place.start({ logs: new TraceLogs({ sinceMillis: START_MILLIS + 1000 }) });
    expect(messages(later.history.saved(traceIdOf(1))?.logs)).toEqual(['first', 'second']);
    expect(later.history.saved(traceIdOf(3))?.logs).toEqual([]);
    later.ring.pin(traceIdOf(1), true);
    later.history.flush();
    expect(messages(later.history.saved(traceIdOf(1))?.logs)).toEqual(['first', 'second']);
  });

  it('written after the trace are saved too', () => {
    const ring: { mark?: (traceId: string) => void } = {};
    const logs = new TraceLogs({ onLine: (traceId) => ring.mark?.(traceId) });
    const running = place.start({ logs });
    ring.mark = (traceId) => running.ring.markChanged(traceId);
    add(running.ring, 1, 1);
    running.history.flush();
    logs.add(traceIdOf(1), line('late'), 10);
    running.history.flush();
    expect(messages(running.history.saved(traceIdOf(1))?.logs)).toEqual(['late']);
  });

  it('are unknown if memory dropped them before', () => {
    const logs = new TraceLogs({ maxTraces: 1 });
    const { ring, history } = place.start({ logs });
    logs.add(traceIdOf(1), line('gone', START_MILLIS + 1), 10);
    logs.add(traceIdOf(2), line('here', START_MILLIS + 2), 10);
    add(ring, 1, 3);
    history.flush();
    expect([1, 2, 3].map((i) => messages(history.saved(traceIdOf(i))?.logs))).toEqual([
      undefined,
      ['here'],
      [],
    ]);
  });

  it('keep the last 32 KiB per trace', () => {
    const logs = new TraceLogs();
    const { ring, history } = place.start({ logs });
    for (let i = 0; i < 50; i++)
      logs.add(traceIdOf(1), line(`${i} ${'m'.repeat(1000)}`, START_MILLIS + i), 10);
    add(ring, 1, 1);
    history.flush();
    const saved = history.saved(traceIdOf(1))!.logs!;
    expect(saved.length).toBeGreaterThan(20);
    expect(saved.length).toBeLessThan(32);
    expect(saved.at(-1)?.message).toMatch(/^49 /);
  });
});
