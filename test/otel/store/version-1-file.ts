import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { encodeTrace, NO_TEMPLATES } from '../../../otel/store/trace-json.ts';
import type { TraceRecord } from '../../../otel/store/trace-record.ts';

/** Writes a history file of version 1 of the store, with its tables. */
export function writeVersion1File(path: string, traces: readonly TraceRecord[]): void {
  mkdirSync(dirname(path), { recursive: true });
  const database = new Database(path);
  database.exec(`
    PRAGMA journal_mode = WAL;
    CREATE TABLE trace (
      trace_id TEXT NOT NULL UNIQUE,
      end_millis REAL NOT NULL,
      pinned INTEGER NOT NULL,
      body TEXT NOT NULL
    ) STRICT;
    CREATE INDEX trace_by_end ON trace (pinned, end_millis);
    CREATE TABLE roll_up (
      tier INTEGER NOT NULL,
      start_millis REAL NOT NULL,
      series TEXT NOT NULL,
      expires_millis REAL NOT NULL,
      body BLOB NOT NULL,
      PRIMARY KEY (tier, start_millis, series)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX roll_up_by_expiry ON roll_up (expires_millis);
    PRAGMA user_version = 1;
  `);
  const add = database.prepare('INSERT INTO trace (trace_id, end_millis, pinned, body) VALUES (?, ?, ?, ?)');
  database.transaction(() => {
    for (const trace of traces)
      add.run(trace.traceId, trace.extent.toMillis, Number(trace.pinned), asVersion1(trace));
  })();
  database.close();
}

/** The current format without templates, under another number. */
function asVersion1(trace: TraceRecord): string {
  return JSON.stringify({ ...JSON.parse(encodeTrace(trace, NO_TEMPLATES)), format: 1 });
}
