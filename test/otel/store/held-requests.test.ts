import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import Database from 'better-sqlite3';
import { KeptTraces } from '../../../otel/store/kept-traces.ts';
import type { TraceRing } from '../../../otel/store/trace-ring.ts';
import { HistoryFolder } from './history-fixture.ts';
import { spanRecord, START_MILLIS, traceIdOf, WHOLE } from './kept-span-fixture.ts';

const SECOND = 1000;

/** A request per trace, one a second, that takes half of it and has two statements. */
function add(ring: TraceRing, from: number, to: number, type: 'http' | 'other' = 'http'): void {
  for (let i = from; i <= to; i++) {
    const startMillis = START_MILLIS + i * SECOND;
    const statement = { type: 'database', startMillis, durationMillis: 9, parentSpanId: '1' } as const;
    const spans = [{ type, startMillis, durationMillis: SECOND / 2 }, statement, statement];
    ring.add(traceIdOf(i), spans.map(spanRecord), WHOLE);
  }
}

/** As of the begin of some seconds. */
const seconds = (from: number, to: number) => ({
  fromMillis: START_MILLIS + from * SECOND,
  toMillis: START_MILLIS + to * SECOND,
});

describe('requests that are held', () => {
  let place: HistoryFolder;
  beforeEach(() => {
    place = new HistoryFolder();
  });
  afterEach(() => void jest.useRealTimers());
  const heldOf = ({ ring, history }: ReturnType<HistoryFolder['start']>) => new KeptTraces(ring, history);

  it('are counted once, in memory, on disk, and in both', () => {
    const running = place.start({ maxTraces: 20 });
    add(running.ring, 0, 9);
    add(running.ring, 10, 14, 'other');
    const all = seconds(0, 1000);
    expect(heldOf(running).requests(all)).toBe(10);
    running.history.flush();
    expect(heldOf(running).requests(all)).toBe(10);
    add(running.ring, 100, 117);
    expect(running.ring.size).toBe(20);
    expect(heldOf(running).requests(all)).toBe(28);
    running.history.flush();
    expect(heldOf(running).requests(all)).toBe(28);
    // One that is written gets another request, which is in memory alone until the next slice.
    running.ring.add(
      traceIdOf(117),
      [spanRecord({ type: 'http', startMillis: START_MILLIS + 200 * SECOND })],
      WHOLE,
    );
    expect(heldOf(running).requests(all)).toBe(29);
    expect(heldOf(running).requests(seconds(100, 118))).toBe(18);
    running.history.close();
    expect(heldOf(place.start({ maxTraces: 5 })).requests(all)).toBe(29);
  });

  it('belong to the time at which they ended, as counts do', () => {
    const running = place.start({ maxTraces: 4 });
    for (const first of [0, 4, 8]) {
      add(running.ring, first, first + 3);
      running.history.flush();
    }
    const held = heldOf(running);
    expect(held.requests(seconds(0, 12))).toBe(12);
    expect(held.requests(seconds(2.5, 3.5))).toBe(1);
    expect(held.requests(seconds(2.501, 3.5))).toBe(0);
    expect(held.requests(seconds(7.5, 10.501))).toBe(4);
  });

  it('are without those that left memory before the disk had taken them; of them the file knows the number for good', () => {
    jest.useFakeTimers();
    const before = place.start({ maxTraces: 10 });
    add(before.ring, 0, 29);
    expect(before.history.facts()).toMatchObject({ unsaved: 20 });
    expect(heldOf(before).requests(seconds(0, 30))).toBe(10);
    before.history.close();

    const after = place.start({ maxTraces: 10 });
    expect(heldOf(after).requests(seconds(0, 30))).toBe(10);
    const ordinary = expect.objectContaining({ unsaved: 20 });
    expect(after.history.facts()).toMatchObject({ unsaved: 20, traces: { ordinary } });
    add(after.ring, 30, 44);
    expect(after.history.facts()).toMatchObject({ unsaved: 25 });
    after.history.close();
    expect(place.start().history.facts()).toMatchObject({ unsaved: 25 });
  });

  it('are counted in the file of a version that had no index for it', () => {
    const before = place.start();
    add(before.ring, 0, 9);
    before.history.close();
    const file = new Database(place.path);
    file.exec('DROP INDEX operation_of_request; DROP TABLE trace_unsaved');
    file.close();
    const after = place.start({ maxTraces: 3 });
    expect(heldOf(after).requests(seconds(0, 30))).toBe(10);
    expect(after.history.facts()).toMatchObject({ unsaved: 0 });
    expect([...after.guard.faults(), ...place.messages]).toEqual([]);
  });
});
