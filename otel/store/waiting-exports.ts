import type { Clock } from '../base/clock.ts';
import type { ExportStorage, Signal, StoredExport, StoredFacts } from '../base/export-storage.ts';
import type { Guard } from '../base/guard.ts';
import type { HistoryFile } from './history-file.ts';
import type { HistoryPart } from './history-part.ts';
import type { SignalTotals } from './waiting-export-table.ts';

const SIGNALS: readonly Signal[] = ['traces', 'metrics', 'logs'];

export interface WaitingExportsOptions {
  /** Of this process: it sends what it stored, and what processes that are gone have left. */
  readonly processId: string;
  /** 0 stores nothing. */
  readonly maxBytes: number;
  readonly guard: Guard;
  readonly clock: Clock;
}

/**
 * Exports that wait in the history file: within a bound in bytes per process, the oldest is removed first and counted, and what must be kept last.
 * An export is removed after the receiver accepted it; a process killed in between sends it again.
 */
export class WaitingExports implements ExportStorage, HistoryPart {
  readonly #options: WaitingExportsOptions;
  readonly #dropped: Record<Signal, number> = { traces: 0, metrics: 0, logs: 0 };
  readonly #adopted: Record<Signal, number> = { traces: 0, metrics: 0, logs: 0 };
  readonly #listeners: (() => void)[] = [];
  #totals: readonly SignalTotals[] = [];
  #file: HistoryFile | undefined;
  #wasOpened = false;

  constructor(options: WaitingExportsOptions) {
    this.#options = options;
  }

  put(batches: readonly StoredExport[]): boolean {
    const { processId, maxBytes, clock } = this.#options;
    const file = this.#file;
    if (file === undefined || maxBytes === 0) return false;
    return this.#try(file, ({ waiting }) => {
      for (const batch of batches) waiting.put(processId, batch, clock.now());
      this.#bound(file);
    });
  }

  oldest(signal: Signal): (StoredExport & { readonly id: number }) | undefined {
    const { guard, processId } = this.#options;
    return guard.run('export storage', () => this.#file?.waiting.oldest(processId, signal), undefined);
  }

  remove(id: number): void {
    if (this.#file !== undefined) this.#try(this.#file, ({ waiting }) => waiting.remove(id));
  }

  replace(id: number, rest: Pick<StoredExport, 'body' | 'items'>): void {
    if (this.#file !== undefined) this.#try(this.#file, ({ waiting }) => waiting.replace(id, rest));
  }

  facts(signal: Signal): StoredFacts | undefined {
    if (!this.#wasOpened || this.#options.maxBytes === 0) return undefined;
    const totals = this.#totals.find((each) => each.signal === signal);
    return {
      items: totals?.items ?? 0,
      bytes: totals?.bytes ?? 0,
      maxBytes: this.#options.maxBytes,
      oldestMillis: totals?.oldestMillis,
      dropped: this.#dropped[signal],
      adopted: this.#adopted[signal],
    };
  }

  onAdopted(listener: () => void): void {
    this.#listeners.push(listener);
  }

  restore(file: HistoryFile): void {
    this.write(file);
  }

  write(file: HistoryFile): void {
    const isNew = file !== this.#file;
    this.#file = file;
    this.#wasOpened = true;
    const { processId, clock } = this.#options;
    const left = file.waiting.left(processId, clock.now());
    // Without anything to take over, no other process should have to wait for this one.
    if (left.length > 0 || isNew) this.#takeOver(file, left);
  }

  close(): void {
    this.#file = undefined;
  }

  #takeOver(file: HistoryFile, left: readonly string[]): void {
    const { processId } = this.#options;
    const before = this.#totals;
    let adopted: readonly SignalTotals[] = before;
    const isDone = this.#try(file, ({ waiting }) => {
      for (const owner of left) waiting.adopt(processId, owner);
      adopted = waiting.totals(processId);
      this.#bound(file);
    });
    if (!isDone) return;
    for (const signal of SIGNALS) this.#adopted[signal] += itemsIn(adopted, signal) - itemsIn(before, signal);
    if (adopted.some(({ signal, items }) => items > itemsIn(before, signal)))
      for (const listener of this.#listeners) listener();
  }

  /** Removes what exceeds the bound. */
  #bound({ waiting }: HistoryFile): void {
    const { processId, maxBytes } = this.#options;
    let excess = waiting.totals(processId).reduce((sum, each) => sum + each.bytes, 0) - maxBytes;
    while (excess > 0) {
      const gone = waiting.dropOldest(processId);
      if (gone === undefined) return;
      excess -= gone.bytes;
      this.#dropped[gone.signal] += gone.items;
    }
  }

  #try(file: HistoryFile, work: (file: HistoryFile) => void): boolean {
    const dropped = { ...this.#dropped };
    return this.#options.guard.run(
      'export storage',
      () => {
        try {
          file.transaction(() => work(file));
        } catch (error) {
          Object.assign(this.#dropped, dropped);
          throw error;
        }
        this.#totals = file.waiting.totals(this.#options.processId);
        return true;
      },
      false,
    );
  }
}

function itemsIn(totals: readonly SignalTotals[], signal: Signal): number {
  return totals.find((each) => each.signal === signal)?.items ?? 0;
}
