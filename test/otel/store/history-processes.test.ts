import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { TraceRecord } from '../../../otel/store/trace-record.ts';
import { HistoryFolder } from './history-fixture.ts';
import { spanRecord, traceIdOf, WHOLE } from './kept-span-fixture.ts';
import { writeVersion1File } from './version-1-file.ts';

const PROCESSES = 4;
/** Time for all of them to start. */
const BARRIER_MILLIS = 1500;
const PROGRAM = fileURLToPath(new URL('./history-program.ts', import.meta.url));

interface Said {
  readonly messages: readonly string[];
  readonly faults: readonly unknown[];
  readonly waiting: number;
}

async function openAtOnce(path: string): Promise<readonly Said[]> {
  const at = String(Date.now() + BARRIER_MILLIS);
  const runs = Array.from({ length: PROCESSES }, (_, i) =>
    promisify(execFile)(process.execPath, [PROGRAM, path, at, String(1000 + i * 10)]),
  );
  return (await Promise.all(runs)).map(({ stdout }) => JSON.parse(stdout) as Said);
}

function tracesIn(path: string): number {
  const database = new Database(path);
  try {
    return database
      .prepare<[], number>('SELECT (SELECT count(*) FROM kept_trace) + (SELECT count(*) FROM trace)')
      .pluck()
      .get()!;
  } finally {
    database.close();
  }
}

describe('history of several processes that start at once', () => {
  let place: HistoryFolder;
  beforeEach(() => {
    place = new HistoryFolder();
  });
  const asideIn = (): readonly string[] =>
    readdirSync(dirname(place.path)).filter((name) => name.startsWith(`${basename(place.path)}.`));
  const quiet: readonly Said[] = Array.from({ length: PROCESSES }, () => ({
    messages: [],
    faults: [],
    waiting: 0,
  }));

  it('creates one file with the traces of all', async () => {
    expect(await openAtOnce(place.path)).toEqual(quiet);
    expect(tracesIn(place.path)).toBe(PROCESSES * 10);
    expect(asideIn()).toEqual([]);
  });

  it('migrates a file of version 1 once, and loses nothing of it', async () => {
    const old = Array.from({ length: 300 }, (_, i) => {
      const trace = new TraceRecord(traceIdOf(i + 1));
      trace.append([spanRecord()], WHOLE);
      return trace;
    });
    writeVersion1File(place.path, old);
    expect(await openAtOnce(place.path)).toEqual(quiet);
    expect(tracesIn(place.path)).toBe(300 + PROCESSES * 10);
    expect(asideIn()).toEqual([]);
  });

  it('sets a damaged file aside once, and never the new one', async () => {
    mkdirSync(dirname(place.path), { recursive: true });
    writeFileSync(place.path, 'this is not a database, '.repeat(100));
    const said = await openAtOnce(place.path);
    expect(said.map(({ waiting }) => waiting)).toEqual(Array.from({ length: PROCESSES }, () => 0));
    expect(said.flatMap(({ messages }) => messages)).toEqual([expect.stringContaining('it was renamed to')]);
    expect(asideIn()).toEqual([`${basename(place.path)}.damaged`]);
    expect(tracesIn(place.path)).toBe(PROCESSES * 10);
  });
});
