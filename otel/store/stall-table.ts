import type { Database } from 'better-sqlite3';
import type { Stall } from '../query.ts';
import { EntryTable } from './entry-table.ts';

export function stallTable(database: Database): EntryTable<Stall> {
  return new EntryTable(database, { table: 'stall', key: 'stall', timeOf: timeOfStall, newestBy: 'time' });
}

export function timeOfStall({ atMillis }: Stall): number {
  return atMillis;
}
