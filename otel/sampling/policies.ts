import type { KeepReason, OperationType } from '../query.ts';
import { type Bits56, isAtLeast, thresholdOf } from './consistent-threshold.ts';

/** What the verdicts depend on, besides the spans; frozen, replaced as a whole by a live change. */
export interface SamplingSettings {
  /** Share of ordinary operations kept in the process, 0–1; 0 is off. */
  readonly rates: Readonly<Record<OperationType, number>>;
  /** The same for the OTLP pipeline. */
  readonly exportRates: Readonly<Record<OperationType, number>>;
  /** An operation at or above it is always kept; Infinity: never for that alone. */
  readonly slowThresholdNanos: Readonly<Record<OperationType, number>>;
}

/** Rejection thresholds of the settings, computed once. */
export interface Thresholds {
  readonly local: Readonly<Record<OperationType, Bits56>>;
  readonly export: Readonly<Record<OperationType, Bits56>>;
}

export function thresholdsOf({ rates, exportRates }: SamplingSettings): Thresholds {
  const each = (by: Readonly<Record<OperationType, number>>): Record<OperationType, Bits56> => ({
    http: thresholdOf(by.http),
    database: thresholdOf(by.database),
    render: thresholdOf(by.render),
    other: thresholdOf(by.other),
  });
  return { local: each(rates), export: each(exportRates) };
}

/** All that a verdict may look at. */
export interface SpanFacts {
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly type: OperationType;
  readonly failed: boolean;
  /** Duration, or time to first byte of a request. */
  readonly slownessNanos: number;
  /** Its facts could not be read: somebody has to look at it. */
  readonly isUnreadable?: boolean;
}

/** What became of a must-keep span in a storm: the threshold it passed, cut, or kept as an example of its kind. */
export type StormFate = Bits56 | 'cut' | 'example';
/** By span, as in the list of spans; undefined: no storm, or the span is ordinary. */
export type StormFates = readonly (StormFate | undefined)[];

/** Where ids of parents that have not ended yet are noted; a Set of strings is one. */
export interface OwedIds {
  readonly size: number;
  add(spanId: string): unknown;
  delete(spanId: string): boolean;
}

/** A reason per span, undefined for those let go. */
export type Reasons = (KeepReason | undefined)[];

/** Why an operation must be kept at any rate; undefined: it is ordinary. */
export function mustKeepReason(
  span: Pick<SpanFacts, 'type' | 'failed' | 'slownessNanos' | 'isUnreadable'>,
  settings: SamplingSettings,
): 'error' | 'slow' | undefined {
  if (span.failed || span.isUnreadable === true) return 'error';
  return span.slownessNanos >= settings.slowThresholdNanos[span.type] ? 'slow' : undefined;
}

/**
 * The verdict on each finished span of a trace: must-keep and not cut by a storm, or R >= T of its own type, or an ancestor of a kept
 * one (G12, G15, G18). Answers a reason per span in the given order, undefined for those let go, and adds to `owedAncestors` the ids of
 * parents that are not among the spans, so that they can still be kept when they end.
 */
export function decideTrace(
  spans: readonly SpanFacts[],
  randomness: Bits56,
  settings: SamplingSettings,
  thresholds: Readonly<Record<OperationType, Bits56>>,
  owedAncestors: OwedIds,
  fates?: StormFates,
): Reasons {
  const reasons: Reasons = [];
  for (let i = 0; i < spans.length; i++) {
    const span = spans[i]!;
    const mustKeep = mustKeepReason(span, settings);
    if (mustKeep !== undefined) reasons.push(fates?.[i] === 'cut' ? undefined : mustKeep);
    else reasons.push(isAtLeast(randomness, thresholds[span.type]) ? 'probability' : undefined);
  }
  keepAncestors(spans, reasons, owedAncestors);
  return reasons;
}

/**
 * The verdict of the OTLP pipeline: the trace whole, or only what must be kept with its ancestors (G21). One threshold for the
 * trace, that of its local root's type, so that no exported trace has holes: what a storm cut goes with its trace.
 */
export function decideExport(
  spans: readonly SpanFacts[],
  wholeTrace: boolean,
  settings: SamplingSettings,
  owedAncestors: OwedIds,
  fates?: StormFates,
): Reasons {
  const reasons: Reasons = [];
  const otherwise = wholeTrace ? 'probability' : undefined;
  for (let i = 0; i < spans.length; i++) {
    reasons.push(fates?.[i] === 'cut' ? otherwise : (mustKeepReason(spans[i]!, settings) ?? otherwise));
  }
  keepAncestors(spans, reasons, owedAncestors);
  return reasons;
}

/** Up to this many spans a search is faster than an index. */
const MAX_SEARCHED_SPANS = 12;

function keepAncestors(spans: readonly SpanFacts[], reasons: Reasons, owed: OwedIds): void {
  const isAnyKept = reasons.some(isKept);
  if (!isAnyKept && owed.size === 0) return;
  const index = spans.length > MAX_SEARCHED_SPANS ? indexById(spans) : undefined;
  for (let i = 0; i < spans.length; i++) {
    const { spanId, parentSpanId } = spans[i]!;
    const wasOwed = owed.size > 0 && owed.delete(spanId);
    if (reasons[i] === undefined && wasOwed) reasons[i] = 'ancestor';
    else if (reasons[i] === undefined || reasons[i] === 'ancestor') continue;
    climb(parentSpanId, spans, reasons, owed, index);
  }
}

function isKept(reason: KeepReason | undefined): boolean {
  return reason !== undefined;
}

function indexById(spans: readonly SpanFacts[]): Map<string, number> {
  const index = new Map<string, number>();
  for (let i = 0; i < spans.length; i++) index.set(spans[i]!.spanId, i);
  return index;
}

/** Keeps the parents from `id` up to one that is kept already; those that have not ended are owed. */
function climb(
  id: string | undefined,
  spans: readonly SpanFacts[],
  reasons: Reasons,
  owed: OwedIds,
  index: ReadonlyMap<string, number> | undefined,
): void {
  while (id !== undefined) {
    const at = index === undefined ? search(spans, id) : index.get(id);
    if (at === undefined) {
      owed.add(id);
      return;
    }
    if (reasons[at] !== undefined) return;
    reasons[at] = 'ancestor';
    id = spans[at]!.parentSpanId;
  }
}

function search(spans: readonly SpanFacts[], id: string): number | undefined {
  for (let i = 0; i < spans.length; i++) if (spans[i]!.spanId === id) return i;
  return undefined;
}
