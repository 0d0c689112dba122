import type { LogLine } from '../query.ts';

export interface TraceLogsLimits {
  /** Traces whose lines are held; the oldest go first. */
  readonly maxTraces: number;
  /** Of one trace; the first lines go, because the last ones tell how it ended. */
  readonly maxLinesPerTrace: number;
  /** Of all lines together, estimated. */
  readonly maxBytes: number;
}

const DEFAULT_LIMITS: TraceLogsLimits = {
  maxTraces: 1000,
  maxLinesPerTrace: 50,
  maxBytes: 1024 * 1024, // about 2,000 lines with a stack each
};

interface Lines {
  readonly lines: { readonly line: LogLine; readonly bytes: number }[];
  bytes: number;
}

/** The last log lines of recent traces, kept or not: whether a trace is kept is known only after it wrote them. */
export class TraceLogs {
  readonly #limits: TraceLogsLimits;
  /** In order of the first line. */
  readonly #traces = new Map<string, Lines>();
  #bytes = 0;

  constructor(limits: Partial<TraceLogsLimits> = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
  }

  get bytes(): number {
    return this.#bytes;
  }
  get traces(): number {
    return this.#traces.size;
  }

  add(traceId: string, line: LogLine, bytes: number): void {
    if (bytes > this.#limits.maxBytes) return;
    let held = this.#traces.get(traceId);
    if (held === undefined) {
      held = { lines: [], bytes: 0 };
      this.#traces.set(traceId, held);
    }
    held.lines.push({ line, bytes });
    held.bytes += bytes;
    this.#bytes += bytes;
    if (held.lines.length > this.#limits.maxLinesPerTrace) {
      const first = held.lines.shift()!;
      held.bytes -= first.bytes;
      this.#bytes -= first.bytes;
    }
    for (const [oldest, { bytes: freed }] of this.#traces) {
      if (this.#traces.size <= this.#limits.maxTraces && this.#bytes <= this.#limits.maxBytes) break;
      this.#traces.delete(oldest);
      this.#bytes -= freed;
    }
  }

  /** Oldest first. */
  of(traceId: string): readonly LogLine[] {
    return this.#traces.get(traceId)?.lines.map(({ line }) => line) ?? [];
  }
}
