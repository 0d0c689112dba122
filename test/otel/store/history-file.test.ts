import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import type { RollUp } from '../../../otel/aggregate/counts-archive.ts';
import { packed } from '../../../otel/aggregate/packed-bucket.ts';
import { RedBucket } from '../../../otel/aggregate/red-bucket.ts';
import { HistoryFile } from '../../../otel/store/history-file.ts';

const trace = (traceId: string, endMillis: number, pinned = false) => ({
  traceId,
  endMillis,
  pinned,
  body: '{}',
});
const rollUp = (tier: number, startMillis: number): RollUp => ({
  tier,
  startMillis,
  endMillis: startMillis + 10_000,
  owner: 'this.0',
  series: 'http',
  body: packed(new RedBucket()),
});

describe('HistoryFile', () => {
  let folder: string;
  let file: HistoryFile;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'history-file-'));
    file = new HistoryFile(Database, join(folder, 'telemetry.sqlite'), { processId: 'this', days: 30 });
  });
  afterEach(() => {
    file.close();
    rmSync(folder, { recursive: true });
  });
  const held = () => ({
    traces: file.traces.newest(10).map(({ traceId }) => traceId),
    counts: [1, 2].flatMap((tier) => {
      const rows = file.counts.table.rows(tier, { fromMillis: 0, toMillis: Infinity });
      return [...rows].map(({ startMillis }) => `${tier} at ${startMillis}`);
    }),
  });
  const write = (traces: readonly ReturnType<typeof trace>[], rollUps: readonly RollUp[]) =>
    file.transaction(() => {
      for (const each of traces) file.traces.save(each);
      for (const each of rollUps) file.counts.save(each, 0);
    });

  it('gives the oldest traces, pinned ones last', () => {
    write([trace('pinned', 1, true), trace('old', 2), trace('new', 3)], []);
    expect(file.traces.dropOldest(1)).toBe(1);
    expect(held().traces).toEqual(['pinned', 'new']);
    expect(file.traces.dropOldest(1)).toBe(1);
    expect(held().traces).toEqual(['pinned']);
  });

  it('gives the oldest counts of the finest tier, says since when it has none, and keeps the coarser ones', () => {
    write([], [rollUp(1, 10_000), rollUp(1, 0), rollUp(1, 20_000), rollUp(2, 0)]);
    expect(file.counts.table.dropOldest(2)).toBe(2);
    expect(held().counts).toEqual(['1 at 20000', '2 at 0']);
    expect(file.counts.missing(1, { fromMillis: 0, toMillis: 90_000 })).toEqual([
      { fromMillis: 0, toMillis: 20_000 },
    ]);
    expect(file.counts.missing(2, { fromMillis: 0, toMillis: 90_000 })).toEqual([]);
    expect(file.counts.table.dropOldest(2)).toBe(1);
    expect(file.counts.table.dropOldest(2)).toBe(1);
    expect(file.counts.table.dropOldest(2)).toBe(0);
    expect(file.counts.table.bytes).toBe(0);
  });

  it('writes all of a batch or nothing of it', () => {
    write([trace('before', 1)], []);
    const unsavable = { ...rollUp(1, 10), body: null as unknown as Buffer };
    expect(() => write([trace('before', 5), trace('half', 2)], [unsavable])).toThrow();
    expect(file.traces.newest(10)).toEqual([trace('before', 1)]);
    write([trace('after', 3)], []);
    expect(held().traces).toEqual(['after', 'before']);
  });
});
