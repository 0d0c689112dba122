import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';

/** What kills did; each fault is a sentence. */
export interface KillReport {
  readonly kills: number;
  /** Writes that were acknowledged before their process was killed, or runs that came to their end. */
  readonly acknowledged: number;
  readonly faults: readonly string[];
}

/** What is wrong with a database, and with the media that it has rows for. */
export function faultsIn(database: Database, dataDir: string): readonly string[] {
  const problem = database.pragma('integrity_check(1)', { simple: true });
  const rows = database
    .prepare<[], { path: string; sha256: string }>('SELECT path, sha256 FROM media')
    .all()
    .filter(({ path, sha256 }) => digestOf(join(dataDir, 'media', path)) !== sha256);
  return [
    ...(problem === 'ok' ? [] : [`the database is damaged: ${String(problem)}`]),
    ...rows.map(({ path }) => `media/${path} is missing or changed`),
  ];
}

function digestOf(file: string): string | undefined {
  return existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex') : undefined;
}
