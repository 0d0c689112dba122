import type { Stall, StallFacts, TimeRange } from '../query.ts';
import { contains } from '../base/time-range.ts';
import type { HistoryFile } from './history-file.ts';
import type { HistoryPart } from './history-part.ts';

/** Some 2 KB each, 20 KB with a hundred delayed requests. */
const MAX_STALLS = 500;

/** Stalls of this and earlier processes, in memory and in the history file; bounded, oldest removed first. */
export class StallHistory implements HistoryPart {
  readonly #maxStalls: number;
  #stalls: Stall[] = [];
  readonly #unsaved: Stall[] = [];
  /** Set if older ones were removed. */
  #heldSinceMillis: number | undefined;

  constructor(maxStalls = MAX_STALLS) {
    this.#maxStalls = maxStalls;
  }

  add(stall: Stall): void {
    this.#stalls.push(stall);
    this.#unsaved.push(stall);
    this.#bound();
    if (this.#unsaved.length > this.#maxStalls) this.#unsaved.shift();
  }

  facts(range: TimeRange): Pick<StallFacts, 'rows' | 'heldSinceMillis'> {
    const rows = this.#stalls.filter(({ atMillis }) => contains(range, atMillis)).toReversed();
    return { rows, heldSinceMillis: this.#heldSinceMillis };
  }

  /** Those that a span of the trace caused, or a request of it had to wait for. */
  ofTrace(traceId: string): readonly Stall[] {
    return this.#stalls.filter(
      ({ holder, delayed }) =>
        holder?.traceId === traceId || delayed.some((request) => request.traceId === traceId),
    );
  }

  restore(file: HistoryFile): void {
    this.#stalls = [...file.stalls.newest(this.#maxStalls), ...this.#stalls].sort(
      (a, b) => a.atMillis - b.atMillis,
    );
    if (file.stalls.hasRemoved) this.#heldSinceMillis = this.#stalls[0]?.atMillis;
    this.#bound();
  }

  write(file: HistoryFile): void {
    if (this.#unsaved.length === 0) return;
    while (this.#unsaved.length > 0) {
      file.stalls.add(this.#unsaved[0]!);
      this.#unsaved.shift();
    }
    file.stalls.bound(this.#maxStalls);
  }

  close(file: HistoryFile): void {
    this.write(file);
  }

  #bound(): void {
    const over = this.#stalls.length - this.#maxStalls;
    if (over <= 0) return;
    this.#stalls.splice(0, over);
    this.#heldSinceMillis = this.#stalls[0]!.atMillis;
  }
}
