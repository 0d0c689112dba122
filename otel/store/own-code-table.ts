import type { Database } from 'better-sqlite3';
import type { OwnCode, UnaskedRequests } from '../base/own-code.ts';
import { EntryTable } from './entry-table.ts';

export type OwnCodeEntry = OwnCode | UnaskedRequests;

export function ownCodeTable(database: Database): EntryTable<OwnCodeEntry> {
  return new EntryTable(database, { table: 'own_code', key: 'entry', timeOf: endOfEntry, newestBy: 'key' });
}

export function endOfEntry(entry: OwnCodeEntry): number {
  return 'requests' in entry ? entry.toMillis : entry.atMillis;
}
