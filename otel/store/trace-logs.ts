import type { LogLine } from '../query.ts';

export interface TraceLogsLimits {
  /** Traces with lines in memory; the oldest are removed first. */
  readonly maxTraces: number;
  /** Per trace; the first lines are removed, because the last ones show how it ended. */
  readonly maxLinesPerTrace: number;
  /** Over all lines, estimated. */
  readonly maxBytes: number;
}

export interface TraceLogsOptions extends Partial<TraceLogsLimits> {
  /** Start of this process: earlier lines are unknown. */
  readonly sinceMillis?: number;
  /** Called with the trace of each recorded line. */
  readonly onLine?: (traceId: string) => void;
}

const DEFAULT_LIMITS: TraceLogsLimits = {
  maxTraces: 1000,
  maxLinesPerTrace: 50,
  maxBytes: 1024 * 1024, // about 2,000 lines with a stack each
};

/** Per trace on disk: some hundred lines, or sixteen with a stack. */
const MAX_SAVED_BYTES = 32_768;

interface Lines {
  readonly lines: { readonly line: LogLine; readonly bytes: number }[];
  bytes: number;
}

/** The last log lines of recent traces, kept or not: whether a trace is kept is known only after it wrote them. */
export class TraceLogs {
  readonly #limits: TraceLogsLimits;
  readonly #onLine: (traceId: string) => void;
  /** In order of the first line. */
  readonly #traces = new Map<string, Lines>();
  /** Lines of traces that started before or at this time may be lost. */
  #knownSinceMillis: number;
  #bytes = 0;
  /** Log records since start, of traces or not. */
  created = 0;

  constructor({ sinceMillis = -Infinity, onLine, ...limits }: TraceLogsOptions = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    this.#knownSinceMillis = sinceMillis;
    this.#onLine = onLine ?? (() => {});
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
    this.#makeRoom();
    this.#onLine(traceId);
  }

  /** Oldest first; undefined if lines of a trace that started then may have been lost. */
  of(traceId: string, startMillis: number): readonly LogLine[] | undefined {
    const held = this.#traces.get(traceId);
    if (held !== undefined) return held.lines.map(({ line }) => line);
    return startMillis <= this.#knownSinceMillis ? undefined : [];
  }

  #makeRoom(): void {
    for (const [oldest, { lines, bytes }] of this.#traces) {
      if (this.#traces.size <= this.#limits.maxTraces && this.#bytes <= this.#limits.maxBytes) return;
      this.#traces.delete(oldest);
      this.#bytes -= bytes;
      this.#knownSinceMillis = Math.max(this.#knownSinceMillis, lines[0]?.line.timeMillis ?? -Infinity);
    }
  }
}

/** Merges lines from two places without duplicates, in order of time; undefined if neither is known. */
export function linesTogether(
  saved: readonly LogLine[] | undefined,
  held: readonly LogLine[] | undefined,
): readonly LogLine[] | undefined {
  if (saved === undefined || held === undefined) return saved ?? held;
  const lines = new Map<string, LogLine>();
  for (const line of [...saved, ...held])
    lines.set(`${line.timeMillis} ${line.spanId} ${line.message}`, line);
  return [...lines.values()].sort((a, b) => a.timeMillis - b.timeMillis);
}

/** Encodes the last lines, as many as the bound admits, for the history file. */
export function encodeLines(lines: readonly LogLine[]): string {
  const texts: string[] = [];
  let bytes = 2;
  for (const line of lines.toReversed()) {
    const text = JSON.stringify(line);
    bytes += Buffer.byteLength(text) + 1;
    if (bytes > MAX_SAVED_BYTES) break;
    texts.push(text);
  }
  return `[${texts.toReversed().join(',')}]`;
}
