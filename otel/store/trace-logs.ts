import type { LogLine } from '../query.ts';

export interface TraceLogsLimits {
  /** Traces whose lines are held; the oldest go first. */
  readonly maxTraces: number;
  /** Of one trace; the first lines go, because the last ones tell how it ended. */
  readonly maxLinesPerTrace: number;
  /** Of all lines together, estimated. */
  readonly maxBytes: number;
}

export interface TraceLogsOptions extends Partial<TraceLogsLimits> {
  /** When this process began: of what was written before it nothing is known here. */
  readonly sinceMillis?: number;
  /** Called with the trace of each line that is taken. */
  readonly onLine?: (traceId: string) => void;
}

const DEFAULT_LIMITS: TraceLogsLimits = {
  maxTraces: 1000,
  maxLinesPerTrace: 50,
  maxBytes: 1024 * 1024, // about 2,000 lines with a stack each
};

/** Of one trace on disk: some hundred lines, or sixteen with a stack. */
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
  /** Lines of traces that began then or earlier may be lost. */
  #knownSinceMillis: number;
  #bytes = 0;

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

  /** Oldest first; undefined when nobody knows any more whether a trace that began then wrote any. */
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

/** The lines of two places, each once and in the order of time; undefined when neither knows. */
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

/** As text for the history file: the last ones, as many as its bound takes. */
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
