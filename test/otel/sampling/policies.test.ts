import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isAtLeast, randomnessOfTraceId } from '../../../otel/sampling/consistent-threshold.ts';
import {
  decideExport,
  decideTrace,
  mustKeepReason,
  type SamplingSettings,
  type SpanFacts,
  thresholdsOf,
} from '../../../otel/sampling/policies.ts';
import { OPERATION_TYPES, type OperationType } from '../../../otel/query.ts';

const SLOW_NANOS = 1e9;

function settingsWith(rates: Partial<Record<OperationType, number>>): SamplingSettings {
  const all = { http: 1, database: 1, render: 1, other: 1, ...rates };
  return {
    rates: all,
    exportRates: all,
    slowThresholdNanos: { http: SLOW_NANOS, database: SLOW_NANOS, render: SLOW_NANOS, other: Infinity },
  };
}

/** Trees of spans in random end order: the parent of span i is a span with a smaller number, or none. */
const trees = fc
  .array(
    fc.record({
      parent: fc.nat(),
      type: fc.constantFrom(...OPERATION_TYPES),
      failed: fc.boolean().map((b) => b),
      slownessNanos: fc.constantFrom(0, SLOW_NANOS - 1, SLOW_NANOS, SLOW_NANOS + 1),
      order: fc.double({ noNaN: true }),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((nodes) => {
    const spans = nodes.map(({ parent, order, ...facts }, i) => ({
      order,
      facts: {
        ...facts,
        failed: facts.failed && i % 3 === 0,
        spanId: `s${i}`,
        parentSpanId: i === 0 ? undefined : `s${parent % i}`,
      },
    }));
    return spans.toSorted((a, b) => a.order - b.order).map(({ facts }): SpanFacts => facts);
  });
const traceIds = fc.bigInt({ min: 1n, max: 2n ** 128n - 1n }).map((id) => id.toString(16).padStart(32, '0'));
const rates = fc.record({
  http: fc.constantFrom(0, 0.1, 0.5, 1),
  database: fc.constantFrom(0, 0.1, 0.5, 1),
  render: fc.constantFrom(0, 0.1, 0.5, 1),
  other: fc.constantFrom(0, 0.1, 0.5, 1),
});

describe('mustKeepReason', () => {
  const settings = settingsWith({});
  const span = { type: 'http', failed: false, slownessNanos: 0 } as const;

  it.each([
    [{ ...span }, undefined],
    [{ ...span, slownessNanos: SLOW_NANOS - 1 }, undefined],
    [{ ...span, slownessNanos: SLOW_NANOS }, 'slow'],
    [{ ...span, failed: true }, 'error'],
    [{ ...span, failed: true, slownessNanos: SLOW_NANOS }, 'error'],
    [{ ...span, type: 'other', slownessNanos: 1e15 }, undefined],
  ] as const)('of %j is %s', (facts, reason) => {
    expect(mustKeepReason(facts, settings)).toBe(reason);
  });
});

describe('decideTrace', () => {
  it('keeps exactly what randomness allows, what must be kept, and their ancestors', () => {
    fc.assert(
      fc.property(trees, traceIds, rates, (spans, traceId, byType) => {
        const settings = settingsWith(byType);
        const thresholds = thresholdsOf(settings).local;
        const randomness = randomnessOfTraceId(traceId);
        const reasons = decideTrace(spans, randomness, settings, thresholds, new Set());

        const own = (span: SpanFacts): boolean =>
          mustKeepReason(span, settings) !== undefined || isAtLeast(randomness, thresholds[span.type]);
        const hasKeptDescendant = (span: SpanFacts): boolean =>
          spans.some(
            (child) => child.parentSpanId === span.spanId && (own(child) || hasKeptDescendant(child)),
          );
        for (const [i, span] of spans.entries()) {
          const expected =
            mustKeepReason(span, settings) ??
            (own(span) ? 'probability' : hasKeptDescendant(span) ? 'ancestor' : undefined);
          expect(reasons[i]).toBe(expected);
        }
      }),
    );
  });

  it('owes the ancestors that have not ended, and keeps them when they do', () => {
    fc.assert(
      fc.property(trees, traceIds, rates, fc.nat(), (spans, traceId, byType, cutAt) => {
        const settings = settingsWith(byType);
        const thresholds = thresholdsOf(settings).local;
        const randomness = randomnessOfTraceId(traceId);
        const cut = cutAt % (spans.length + 1);
        const owed = new Set<string>();
        const kept = new Set<string>();
        const keep = (part: readonly SpanFacts[]): void => {
          for (const [i, reason] of decideTrace(part, randomness, settings, thresholds, owed).entries()) {
            if (reason !== undefined) kept.add(part[i]!.spanId);
          }
        };
        keep(spans.slice(0, cut));
        const undecided = spans.slice(cut);
        for (const span of undecided) keep([span]);
        const gone = new Set(spans.slice(0, cut).map((span) => span.spanId));
        // A parent that ended before its child was let go before anyone knew; every other kept span has its parent.
        for (const [i, span] of spans.entries()) {
          if (!kept.has(span.spanId) || span.parentSpanId === undefined) continue;
          const parentAt = spans.findIndex((other) => other.spanId === span.parentSpanId);
          const decidedTogether = i < cut && parentAt < cut;
          if (decidedTogether || parentAt > i) expect(kept.has(span.parentSpanId)).toBe(true);
          else expect(gone.has(span.parentSpanId) || parentAt < i).toBe(true);
        }
      }),
    );
  });

  it('nests: a higher rate keeps all that a lower one keeps', () => {
    fc.assert(
      fc.property(
        trees,
        traceIds,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (spans, traceId, a, b) => {
          const keptAt = (rate: number): boolean[] => {
            const settings = settingsWith({ http: rate, database: rate, render: rate, other: rate });
            return decideTrace(
              spans,
              randomnessOfTraceId(traceId),
              settings,
              thresholdsOf(settings).local,
              new Set(),
            ).map((reason) => reason !== undefined);
          };
          const low = keptAt(Math.min(a, b));
          const high = keptAt(Math.max(a, b));
          for (const [i, kept] of low.entries()) expect(high[i] || !kept).toBe(true);
        },
      ),
    );
  });
});

describe('decideExport', () => {
  it('exports a trace whole, or only what must be kept with its ancestors', () => {
    fc.assert(
      fc.property(trees, fc.boolean(), (spans, whole) => {
        const reasons = decideExport(spans, whole, settingsWith({}), new Set());
        if (whole) expect(reasons.every((reason) => reason !== undefined)).toBe(true);
        else expect(reasons.every((reason) => reason !== 'probability')).toBe(true);
      }),
    );
  });
});
