import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import type { RollUp } from '../../../otel/aggregate/roll-ups.ts';
import { HistoryFile } from '../../../otel/store/history-file.ts';

const trace = (traceId: string, endMillis: number, pinned = false) => ({
  traceId,
  endMillis,
  pinned,
  body: '{}',
});
const rollUp = (series: string, expiresMillis: number) => ({
  tier: 1,
  startMillis: 0,
  series,
  expiresMillis,
  body: Buffer.of(1),
});

describe('HistoryFile', () => {
  let folder: string;
  let file: HistoryFile;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'history-file-'));
    file = new HistoryFile(Database, join(folder, 'telemetry.sqlite'));
  });
  afterEach(() => {
    file.close();
    rmSync(folder, { recursive: true });
  });
  const held = () => ({
    traces: file.traces.newest(10).map(({ traceId }) => traceId),
    series: [...file.rollUps.all(0)].map(({ series }) => series).sort(),
  });

  const write = (traces: readonly ReturnType<typeof trace>[], rollUps: readonly RollUp[]) =>
    file.transaction(() => {
      for (const each of traces) file.traces.save(each);
      for (const each of rollUps) file.rollUps.save(each);
    });
  const dropOldest = (limit: number) => file.traces.dropOldest(limit) || file.rollUps.dropOldest(limit);

  it('over its size gives the oldest traces, pinned ones last, and only then the roll-ups that expire next', () => {
    write(
      [trace('pinned', 1, true), trace('old', 2), trace('new', 3)],
      [rollUp('last', 30), rollUp('first', 10), rollUp('second', 20)],
    );
    const all = ['first', 'last', 'second'];
    expect(dropOldest(1)).toBe(1);
    expect(held()).toEqual({ traces: ['pinned', 'new'], series: all });
    expect(dropOldest(1)).toBe(1);
    expect(held()).toEqual({ traces: ['pinned'], series: all });
    expect(dropOldest(5)).toBe(1);
    expect(held()).toEqual({ traces: [], series: all });
    expect(dropOldest(2)).toBe(2);
    expect(held()).toEqual({ traces: [], series: ['last'] });
    expect(dropOldest(2)).toBe(1);
    expect(dropOldest(2)).toBe(0);
  });

  it('writes all of a batch or nothing of it', () => {
    write([trace('before', 1)], []);
    const unsavable = { ...rollUp('http', 10), body: null as unknown as Buffer };
    expect(() => write([trace('before', 5), trace('half', 2)], [unsavable])).toThrow('NOT NULL');
    expect(file.traces.newest(10)).toEqual([trace('before', 1)]);
    write([trace('after', 3)], []);
    expect(held().traces).toEqual(['after', 'before']);
  });
});
