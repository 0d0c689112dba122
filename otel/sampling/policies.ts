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
}

/** Why an operation must be kept at any rate; undefined: it is ordinary. */
export function mustKeepReason(
  span: Pick<SpanFacts, 'type' | 'failed' | 'slownessNanos'>,
  settings: SamplingSettings,
): 'error' | 'slow' | undefined {
  if (span.failed) return 'error';
  return span.slownessNanos >= settings.slowThresholdNanos[span.type] ? 'slow' : undefined;
}

/**
 * The verdict on each finished span of a trace: must-keep, or R >= T of its own type, or an ancestor of a kept one (G12, G15).
 * Answers a reason per span in the given order, undefined for those let go, and adds to `owedAncestors` the ids of parents that
 * are not among the spans, so that they can still be kept when they end.
 */
export function decideTrace(
  spans: readonly SpanFacts[],
  randomness: Bits56,
  settings: SamplingSettings,
  thresholds: Readonly<Record<OperationType, Bits56>>,
  owedAncestors: Set<string>,
): (KeepReason | undefined)[] {
  const reasons = spans.map(
    (span) =>
      mustKeepReason(span, settings) ??
      (isAtLeast(randomness, thresholds[span.type]) ? 'probability' : undefined),
  );
  keepAncestors(spans, reasons, owedAncestors);
  return reasons;
}

/**
 * The verdict of the OTLP pipeline: the trace whole, or only what must be kept with its ancestors (G21). One threshold for the
 * trace, that of its local root's type, so that no exported trace has holes.
 */
export function decideExport(
  spans: readonly SpanFacts[],
  wholeTrace: boolean,
  settings: SamplingSettings,
  owedAncestors: Set<string>,
): (KeepReason | undefined)[] {
  const reasons = spans.map(
    (span) => mustKeepReason(span, settings) ?? (wholeTrace ? 'probability' : undefined),
  );
  keepAncestors(spans, reasons, owedAncestors);
  return reasons;
}

function keepAncestors(
  spans: readonly SpanFacts[],
  reasons: (KeepReason | undefined)[],
  owedAncestors: Set<string>,
): void {
  if (spans.length === 1) {
    if (reasons[0] === undefined && owedAncestors.delete(spans[0]!.spanId)) reasons[0] = 'ancestor';
    if (reasons[0] !== undefined && spans[0]!.parentSpanId !== undefined)
      owedAncestors.add(spans[0]!.parentSpanId);
    return;
  }
  const indexById = new Map(spans.map((span, index) => [span.spanId, index]));
  const climb = (from: string | undefined): void => {
    for (let id = from; id !== undefined;) {
      const index = indexById.get(id);
      if (index === undefined) {
        owedAncestors.add(id);
        return;
      }
      if (reasons[index] !== undefined) return;
      reasons[index] = 'ancestor';
      id = spans[index]!.parentSpanId;
    }
  };
  for (const [index, span] of spans.entries()) {
    if (reasons[index] !== undefined && reasons[index] !== 'ancestor') climb(span.parentSpanId);
    else if (reasons[index] === undefined && owedAncestors.delete(span.spanId)) {
      reasons[index] = 'ancestor';
      climb(span.parentSpanId);
    }
  }
}
