import type { TraceDetail } from '../../../otel/query.ts';

const MAX_TRACES = 20;
/** Some 50 MB at worst, with one file per trace. */
const MAX_SPANS = 40_000;

export interface ImportedTrace {
  readonly trace: TraceDetail;
  readonly atMillis: number;
}

/** Traces read from files: in memory only, bounded, oldest evicted first, in no list, rate or percentile. */
export class ImportedTraces {
  readonly #traces = new Map<string, ImportedTrace>();
  readonly maxTraces: number;
  readonly #maxSpans: number;

  constructor({ maxTraces = MAX_TRACES, maxSpans = MAX_SPANS } = {}) {
    this.maxTraces = maxTraces;
    this.#maxSpans = maxSpans;
  }

  /** Replaces a trace with the same id. */
  add(trace: TraceDetail, atMillis: number): void {
    this.#traces.delete(trace.traceId);
    this.#traces.set(trace.traceId, { trace, atMillis });
    let spans = this.rows().reduce((sum, each) => sum + each.trace.spans.length, 0);
    for (const [traceId, each] of this.#traces) {
      if (this.#traces.size <= this.maxTraces && spans <= this.#maxSpans) break;
      if (this.#traces.size === 1) break;
      this.#traces.delete(traceId);
      spans -= each.trace.spans.length;
    }
  }

  get(traceId: string): ImportedTrace | undefined {
    return this.#traces.get(traceId);
  }

  remove(traceId: string): boolean {
    return this.#traces.delete(traceId);
  }

  /** Newest first. */
  rows(): readonly ImportedTrace[] {
    return [...this.#traces.values()].toReversed();
  }
}
