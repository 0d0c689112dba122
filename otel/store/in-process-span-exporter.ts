import { ExportResultCode } from '@opentelemetry/core';
import type { ExportResult } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { Guard } from '../base/guard.ts';
import type { Sink } from '../sampling/outcomes.ts';
import type { KeptSpan } from '../spans/kept-span.ts';
import { toSpanRecord } from './span-record.ts';
import type { SpanRecord } from './span-record.ts';
import { StringInterner } from './string-interner.ts';
import { RecordTemplates } from './templated-record.ts';
import type { TraceRing } from './trace-ring.ts';

/** Records created before the ring may cut them: bounds the memory for a huge trace on its way in, ~256 KiB. */
const MAX_FRAGMENT_SPANS = 512;
const SUCCESS: ExportResult = Object.freeze({ code: ExportResultCode.SUCCESS });
const FAILED: ExportResult = Object.freeze({ code: ExportResultCode.FAILED });
const SPAN_PLACE = 'in-process-span-exporter.span';

export interface InProcessSpanExporterOptions {
  readonly ring: TraceRing;
  readonly guard: Guard;
  /** Called once per export that stored something. */
  readonly onStored?: () => void;
}

/**
 * Stores kept spans in the trace ring. Synchronous, reports success before it returns and never throws: a span that cannot be copied is counted by
 * the guard and left out, the others are stored.
 */
export class InProcessSpanExporter implements SpanExporter, Sink {
  readonly rates = 'local';
  readonly #ring: TraceRing;
  readonly #guard: Guard;
  readonly #onStored: () => void;
  readonly #strings = new StringInterner();
  readonly #templates = new RecordTemplates(this.#strings);
  #open = true;

  constructor(options: InProcessSpanExporterOptions) {
    this.#ring = options.ring;
    this.#guard = options.guard;
    this.#onStored = options.onStored ?? (() => {});
  }

  /** Takes KeptSpans, as the SamplingSpanProcessor passes them. */
  export(spans: ReadableSpan[], resultCallback: (result: ExportResult) => void): void {
    this.take(spans as KeptSpan[]);
    try {
      resultCallback(this.#open ? SUCCESS : FAILED);
    } catch (error) {
      this.#guard.report('in-process-span-exporter.callback', error);
    }
  }

  /** Like `export`, without a result. */
  take(spans: readonly KeptSpan[]): void {
    try {
      if (this.#open) this.#store(spans);
    } catch (error) {
      this.#guard.report('in-process-span-exporter', error);
    }
  }

  async forceFlush(): Promise<void> {
    // Nothing is ever pending.
  }

  /** Rejects later spans; stored ones stay readable. */
  async shutdown(): Promise<void> {
    this.#open = false;
  }

  #store(spans: readonly KeptSpan[]): void {
    let stored = false;
    const only = spans.length <= MAX_FRAGMENT_SPANS ? onlyTraceIdOf(spans) : undefined;
    if (only !== undefined) stored = this.#add(only, spans);
    else stored = this.#addEach(spans);
    if (stored) this.#guard.run('in-process-span-exporter.listener', this.#onStored, undefined);
  }

  /** Fragments of several traces, or of a huge one. */
  #addEach(spans: readonly KeptSpan[]): boolean {
    let stored = false;
    for (const [traceId, fragment] of byTraceId(spans, this.#guard)) {
      for (let start = 0; start < fragment.length; start += MAX_FRAGMENT_SPANS) {
        const part =
          fragment.length <= MAX_FRAGMENT_SPANS
            ? fragment
            : fragment.slice(start, start + MAX_FRAGMENT_SPANS);
        if (this.#add(traceId, part)) stored = true;
      }
    }
    return stored;
  }

  #add(traceId: string, spans: readonly KeptSpan[]): boolean {
    const records: SpanRecord[] = [];
    for (const span of spans) {
      try {
        records.push(this.#templates.record(span) ?? toSpanRecord(span, this.#strings));
      } catch (error) {
        this.#guard.report(SPAN_PLACE, error);
      }
    }
    const last = spans.at(-1);
    if (records.length === 0 || last === undefined) return false;
    this.#ring.add(traceId, records, last.traceFacts);
    return true;
  }
}

/** Nearly always the spans are of one trace and need no sorting. */
function byTraceId(
  spans: readonly KeptSpan[],
  guard: Guard,
): Iterable<readonly [traceId: string, fragment: readonly KeptSpan[]]> {
  const only = onlyTraceIdOf(spans);
  if (only !== undefined) return [[only, spans]];
  const groups = new Map<string, KeptSpan[]>();
  for (const span of spans) {
    const traceId = guard.run(SPAN_PLACE, () => span.traceId, undefined);
    if (traceId === undefined) continue;
    const group = groups.get(traceId);
    if (group === undefined) groups.set(traceId, [span]);
    else group.push(span);
  }
  return groups;
}

/** Undefined if there are several traces, or a span's context cannot be read. */
function onlyTraceIdOf(spans: readonly KeptSpan[]): string | undefined {
  try {
    const first = spans[0]?.traceId;
    for (let i = 1; i < spans.length; i++) if (spans[i]!.traceId !== first) return undefined;
    return first;
  } catch {
    // Sorting reports which span it is.
    return undefined;
  }
}
