import { BusinessTable } from './business-table.ts';
import { CallerTable } from './caller-table.ts';
import { RollUpArchive } from './roll-up-archive.ts';
import type { RollUpOwner } from './roll-up-owners.ts';
import { RunTable } from './run-table.ts';
import { RuntimeTable } from './runtime-table.ts';
import { SavedSample } from './saved-sample.ts';
import { SettingTable } from './setting-table.ts';
import { SpanTemplates } from './span-templates.ts';
import { stallTable } from './stall-table.ts';
import { StatementTable } from './statement-table.ts';
import { type DatabaseOpener, isDamage, SqliteFile } from './sqlite-file.ts';
import { KindTable } from './kind-table.ts';
import { ListTable } from './list-table.ts';
import { type OwnCodeEntry, ownCodeTable } from './own-code-table.ts';
import type { EntryTable } from './entry-table.ts';
import type { Stall } from '../base/stall.ts';
import { LegacyTraces } from './legacy-traces.ts';
import { TraceLedger } from './trace-ledger.ts';
import { TRACE_SCHEMA_1, TRACE_SCHEMA_2 } from './trace-schema.ts';
import { TraceSearch } from './trace-search.ts';
import { TraceTable } from './trace-table.ts';
import { UndescribedTraces } from './undescribed-traces.ts';
import { WaitingExportTable } from './waiting-export-table.ts';

/** Raised with every change of the tables; a file with a greater number was written by a newer version. */
const SCHEMA_VERSION = 4;

/** Thrown if a file is not a history of this version; the message says why. */
export class HistoryFileError extends Error {
  override readonly name = 'HistoryFileError';
  readonly reason: 'damaged' | 'newer' | 'in use';
  /** Identifies the file: another process may have replaced it meanwhile. */
  readonly fileId: string | undefined;

  constructor(reason: HistoryFileError['reason'], message: string, fileId?: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
    this.fileId = fileId;
  }
}

export interface HistoryFileOptions {
  /** Id under which this process counts. */
  readonly processId: string;
  /** How long counts are kept at most. */
  readonly days: number;
  /** Default: asks the system whether the process exists. */
  readonly isOwnerGone?: ((owner: RollUpOwner, nowMillis: number) => boolean) | undefined;
}

/** The history file: one SQLite database with a table class per kind of content. */
export class HistoryFile extends SqliteFile {
  readonly traces: TraceTable;
  readonly ledger: TraceLedger;
  readonly legacy: LegacyTraces;
  readonly undescribed: UndescribedTraces;
  readonly search: TraceSearch;
  readonly sample: SavedSample;
  readonly counts: RollUpArchive;
  readonly business: BusinessTable;
  readonly callers: CallerTable;
  readonly lists: ListTable;
  readonly statements: StatementTable;
  readonly runs: RunTable;
  readonly runtimeSamples: RuntimeTable;
  readonly settings: SettingTable;
  readonly waiting: WaitingExportTable;
  readonly stalls: EntryTable<Stall>;
  readonly ownCode: EntryTable<OwnCodeEntry>;
  #forget = (): void => {};

  /** Throws HistoryFileError, or SQLite's error if the file cannot be opened at all. */
  constructor(Database: DatabaseOpener, path: string, { processId, days, isOwnerGone }: HistoryFileOptions) {
    super(Database, path);
    try {
      this.#prepareFile(path);
      this.traces = new TraceTable(this.database);
      this.#forget = () => this.traces.forget();
      this.ledger = new TraceLedger(this.database);
      this.legacy = new LegacyTraces(this.database, this.traces);
      this.undescribed = new UndescribedTraces(this.database, this.traces);
      this.search = new TraceSearch(this.database, this.traces);
      this.sample = new SavedSample(this.database, this.traces);
      this.transaction(() => RollUpArchive.prepare(this.database));
      this.counts = new RollUpArchive(this.database, processId, days, isOwnerGone);
      this.business = new BusinessTable(this.database);
      this.callers = new CallerTable(this.database);
      this.lists = new ListTable(this.database);
      this.statements = new StatementTable(this.database);
      this.runs = new RunTable(this.database);
      this.runtimeSamples = new RuntimeTable(this.database);
      this.settings = new SettingTable(this.database);
      this.waiting = new WaitingExportTable(this.database);
      this.stalls = stallTable(this.database);
      this.ownCode = ownCodeTable(this.database);
      this.opened();
    } catch (error) {
      this.close();
      throw isDamage(error)
        ? new HistoryFileError('damaged', `${path} is damaged: ${String(error)}`, this.fileId, error)
        : error;
    }
  }

  #prepareFile(path: string): void {
    const newer = this.newerThan(SCHEMA_VERSION, path);
    if (newer !== undefined) {
      if (this.#isShared()) throw new HistoryFileError('in use', `${newer}, which still runs`);
      throw new HistoryFileError('newer', newer, this.fileId);
    }
    this.raiseVersion(SCHEMA_VERSION, (found) => {
      if (found < 1) this.database.exec(TRACE_SCHEMA_1);
      if (found < 2) this.database.exec(TRACE_SCHEMA_2 + TraceLedger.SCHEMA);
      if (found < 3) this.database.exec(SpanTemplates.SCHEMA);
      this.database.exec(KindTable.SCHEMA);
    });
  }

  override transaction(work: () => void): void {
    try {
      super.transaction(work);
    } catch (error) {
      this.#forget();
      throw error;
    }
  }

  /** Traces that some or all lists lack, as an older version wrote them. */
  get unlisted(): number {
    return this.legacy.count + this.undescribed.count;
  }

  /** Moves at most `limit` traces of version 1 and describes as many of versions 2 and 3; returns how many. An unreadable one is passed to `skip`. */
  moveLegacy(limit: number, skip: (error: unknown) => void): number {
    if (this.unlisted === 0) return 0;
    let moved = 0;
    this.transaction(() => (moved = this.legacy.move(limit, skip) + this.undescribed.describe(limit, skip)));
    return moved;
  }

  /** Returns true if another process has it open: only the last one may close the write-ahead log. */
  #isShared(): boolean {
    try {
      return this.database.pragma('journal_mode = DELETE', { simple: true }) !== 'delete';
    } catch (error) {
      if (Object(error).code === 'SQLITE_BUSY') return true;
      throw error;
    }
  }
}
