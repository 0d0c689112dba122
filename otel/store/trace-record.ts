import { REASONS_BY_STRENGTH } from '../base/reasons-by-strength.ts';
import type { KeepReason, LogLine, OperationType, SpanRow, TraceDetail, TraceSummary } from '../query.ts';
import type { TraceFacts } from '../spans/kept-span.ts';
import { ATTR_OPERATION_OUTCOME } from '../base/semconv.ts';
import type { TraceChain } from './trace-chain.ts';
import { attributeOf } from './attribute-copy.ts';
import { shownAddress } from './shown-address.ts';
import { endMillisOf } from './span-record.ts';
import type { SpanRecord } from './span-record.ts';

/** The record itself, its trace id and its map entry. */
const TRACE_BYTES = 320;
/** Its slot in the list of spans. */
const SPAN_SLOT_BYTES = 8;

/** Order of preservation when a trace is too big: evidence first, then the way to it, then ordinary spans. */
const REASONS_BY_WORTH: readonly KeepReason[] = [
  'error',
  'slow',
  'late',
  'policy',
  'rule',
  'ancestor',
  'trace',
  'target',
  'probability',
];
const MUST_KEEP: ReadonlySet<KeepReason> = new Set(['error', 'slow', 'late', 'policy']);

/** Must-keep traces are written first and evicted last. */
export type TraceRank = 'ordinary' | 'mustKeep';

export function rankOf({ keepReason }: Pick<TraceRecord, 'keepReason'>): TraceRank {
  return MUST_KEEP.has(keepReason) ? 'mustKeep' : 'ordinary';
}

/** Duration in milliseconds of its longest span of a type; undefined without any. */
export function longestOf({ spans }: Pick<TraceRecord, 'spans'>, type: OperationType): number | undefined {
  const longest = spans.reduce(
    (longest, span) => (span.type === type ? Math.max(longest, span.durationMillis) : longest),
    -Infinity,
  );
  return longest === -Infinity ? undefined : longest;
}

/** One kept trace: its span records, merged from any number of fragments. */
export class TraceRecord {
  // Declared, not defined, and no #private fields: a defined field is written twice, and every kept trace creates these.
  declare readonly traceId: string;
  /** Of the service that recorded it; undefined if unknown. */
  declare version: string | undefined;
  declare pinned: boolean;
  /** Also queued for OTLP export. */
  declare exported: boolean;
  /** An exemplar that left the process names it. */
  declare isReferenced: boolean;
  declare truncated: boolean;
  /** True if known to be complete: when it was first written, the history file had no earlier part of it. */
  declare isWhole: boolean;
  declare remoteParent: boolean;
  /** Its rank in the set of unsaved traces. */
  declare unsaved: TraceRank | undefined;
  /** Its chain in the ring; its neighbours follow. */
  declare chain: TraceChain<TraceRecord> | undefined;
  declare older: TraceRecord | undefined;
  declare newer: TraceRecord | undefined;
  declare private kept: SpanRecord[];
  /** Estimated heap bytes. */
  declare bytes: number;
  /** The local root, the earliest if there are several; without any, the earliest kept span. */
  declare head: SpanRecord | undefined;
  declare private firstMillis: number;
  declare private lastMillis: number;
  declare errorCount: number;
  declare keepReason: KeepReason;
  /** Dropped spans by completed local roots, by the current one, and by cuts of this record. */
  declare private droppedBefore: number;
  declare private droppedHere: number;
  declare private droppedByCut: number;

  constructor(traceId: string) {
    this.traceId = traceId;
    this.version = undefined;
    this.pinned = false;
    this.exported = false;
    this.isReferenced = false;
    this.truncated = false;
    this.isWhole = false;
    this.remoteParent = false;
    this.unsaved = undefined;
    this.chain = undefined;
    this.older = undefined;
    this.newer = undefined;
    this.kept = [];
    this.bytes = TRACE_BYTES;
    this.head = undefined;
    this.firstMillis = Infinity;
    this.lastMillis = -Infinity;
    this.errorCount = 0;
    this.keepReason = 'ancestor';
    this.droppedBefore = 0;
    this.droppedHere = 0;
    this.droppedByCut = 0;
  }

  get spans(): readonly SpanRecord[] {
    return this.kept;
  }
  get name(): string {
    return this.head?.name ?? '';
  }
  /** From the first start to the last end of its kept spans. */
  get extent(): { readonly fromMillis: number; readonly toMillis: number } {
    return { fromMillis: this.firstMillis, toMillis: this.lastMillis };
  }
  get startMillis(): number {
    return this.head?.localRoot === true ? this.head.startMillis : this.firstMillis;
  }
  get durationMillis(): number {
    return this.head?.localRoot === true ? this.head.durationMillis : this.lastMillis - this.firstMillis;
  }
  get droppedSpans(): number {
    return this.droppedBefore + this.droppedHere + this.droppedByCut;
  }

  /** Adds a fragment: the first spans of a trace, late ones, or those of another local root. */
  append(spans: readonly SpanRecord[], facts: TraceFacts): void {
    const isNextRoot = this.head?.localRoot === true && spans.some((span) => span.localRoot);
    if (isNextRoot) {
      this.droppedBefore += this.droppedHere;
      this.droppedHere = facts.droppedSpans;
    } else {
      // A late fragment reports the total so far, not an increment.
      this.droppedHere = Math.max(this.droppedHere, facts.droppedSpans);
    }
    this.truncated ||= facts.truncated;
    this.remoteParent ||= facts.remoteParent;
    // Most traces come in one piece: their list gets no spare capacity.
    if (this.kept.length === 0) this.kept = spans.slice();
    else for (const span of spans) this.kept.push(span);
    for (const span of spans) this.#count(span);
  }

  /** Merges this record's spans into an earlier part of the trace. */
  after(earlier: TraceRecord): TraceRecord {
    const known = new Set(earlier.spans.map(({ spanId }) => spanId));
    const whole = new TraceRecord(this.traceId);
    const { truncated, remoteParent } = this;
    whole.append(earlier.spans, {
      droppedSpans: earlier.droppedSpans,
      truncated: earlier.truncated,
      remoteParent: earlier.remoteParent,
    });
    whole.append(
      this.kept.filter(({ spanId }) => !known.has(spanId)),
      { droppedSpans: this.droppedSpans, truncated, remoteParent },
    );
    whole.version = this.version ?? earlier.version;
    whole.pinned = this.pinned;
    whole.exported = this.exported || earlier.exported;
    return whole;
  }

  /** Drops the least important spans until the record fits; the most important one stays whatever its size. */
  cutTo(maxBytes: number): void {
    if (this.bytes <= maxBytes) return;
    const ranked = this.kept.toSorted(byWorth);
    const spans = this.kept;
    this.#reset();
    const kept = new Set<SpanRecord>();
    let bytes = TRACE_BYTES;
    for (const span of ranked) {
      bytes += span.bytes + SPAN_SLOT_BYTES;
      if (bytes > maxBytes && kept.size > 0) break;
      kept.add(span);
    }
    for (const span of spans) {
      if (!kept.has(span)) continue;
      this.kept.push(span);
      this.#count(span);
    }
    this.droppedByCut += spans.length - kept.size;
    this.truncated = true;
  }

  summary(): TraceSummary {
    const head = this.head;
    const of = (key: string): unknown => head && attributeOf(head.attributes, key);
    const outcome = of(ATTR_OPERATION_OUTCOME);
    return {
      traceId: this.traceId,
      name: this.name,
      type: head?.type ?? 'other',
      series: head?.series ?? '',
      startMillis: this.startMillis,
      durationMillis: this.durationMillis,
      spanCount: this.kept.length,
      errorCount: this.errorCount,
      ...shownAddress(head),
      outcome: typeof outcome === 'string' ? outcome : undefined,
      keepReason: this.keepReason,
      bytes: this.bytes,
      pinned: this.pinned,
    };
  }

  /** With every span as a row, earliest first. */
  detail(toRow: (span: SpanRecord) => SpanRow, logs: readonly LogLine[] | undefined): TraceDetail {
    return {
      ...this.summary(),
      spans: this.kept.toSorted((a, b) => a.startMillis - b.startMillis).map(toRow),
      logs: logs ?? [],
      logsKnown: logs !== undefined,
      droppedSpans: this.droppedSpans,
      truncated: this.truncated,
      remoteParent: this.remoteParent,
      exported: this.exported,
      version: this.version,
    };
  }

  #count(span: SpanRecord): void {
    this.bytes += span.bytes + SPAN_SLOT_BYTES;
    if (span.status === 'error') this.errorCount++;
    this.firstMillis = Math.min(this.firstMillis, span.startMillis);
    this.lastMillis = Math.max(this.lastMillis, endMillisOf(span));
    if (span.keepReason !== this.keepReason && isStronger(span.keepReason, this.keepReason))
      this.keepReason = span.keepReason;
    if (this.head === undefined || namesBetter(span, this.head)) this.head = span;
  }

  #reset(): void {
    this.kept = [];
    this.bytes = TRACE_BYTES;
    this.head = undefined;
    this.firstMillis = Infinity;
    this.lastMillis = -Infinity;
    this.errorCount = 0;
    this.keepReason = 'ancestor';
  }
}

function namesBetter(span: SpanRecord, head: SpanRecord): boolean {
  if (span.localRoot !== head.localRoot) return span.localRoot;
  return span.startMillis < head.startMillis;
}

function byWorth(a: SpanRecord, b: SpanRecord): number {
  if (a.localRoot !== b.localRoot) return a.localRoot ? -1 : 1;
  const reasons = REASONS_BY_WORTH.indexOf(a.keepReason) - REASONS_BY_WORTH.indexOf(b.keepReason);
  return reasons === 0 ? b.durationMillis - a.durationMillis : reasons;
}

/** Which of two reasons labels the trace, see TraceSummary. */
function isStronger(reason: KeepReason, other: KeepReason): boolean {
  return REASONS_BY_STRENGTH.indexOf(reason) < REASONS_BY_STRENGTH.indexOf(other);
}
