import { describe, expect, it } from '@jest/globals';
import { fc } from '../../fixtures/properties.ts';
import { OPERATION_TYPES, type KeepReason } from '../../../otel/query.ts';
import { isAtLeast, KEEP_ALL, thresholdOf } from '../../../otel/sampling/consistent-threshold.ts';
import { PendingTrace } from '../../../otel/sampling/pending-trace.ts';
import type { Budget } from '../../../otel/sampling/policy.ts';
import { policySetOf } from '../../../otel/sampling/policy-set.ts';
import { decide, exportVerdict } from '../../../otel/sampling/verdict.ts';
import type { EndedSpan } from '../../../otel/spans/operation.ts';
import { endedSpan } from './ended-span-fixture.ts';
import { settingsOf } from './processor-fixture.ts';

const NO_BOUND: Budget = { admit: () => KEEP_ALL, admitsCompanions: () => true };
const OWED = { max: 1000, maxPerTrace: 1000, held: 0, forgotten: 0 };
const rate = fc.constantFrom(0, 0.1, 0.5, 1);
const rates = fc.record({ http: rate, database: rate, render: rate, other: rate });

/** Trees of spans in random end order: the parent of span i is a span with a smaller number, or none. */
const trees = fc
  .array(
    fc.record({
      parent: fc.nat(),
      type: fc.constantFrom(...OPERATION_TYPES),
      // Rare, so that most traces have no must-keep span.
      failed: fc.integer({ min: 0, max: 20 }).map((n) => n === 0),
      slownessNanos: fc.constantFrom(0, 1e6, 0.25e9 - 1, 0.25e9, 1e9 - 1, 1e9),
      order: fc.double({ noNaN: true }),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((nodes) =>
    nodes
      .map(({ parent, order, ...facts }, i) => ({
        order,
        span: spanOf(i, i === 0 ? undefined : parent % i, facts),
      }))
      .toSorted((a, b) => a.order - b.order)
      .map(({ span }) => span),
  );
const traceIds = fc.bigInt({ min: 1n, max: 2n ** 128n - 1n }).map((id) => id.toString(16).padStart(32, '0'));

function spanOf(
  i: number,
  parent: number | undefined,
  facts: Pick<EndedSpan, 'type' | 'failed' | 'slownessNanos'>,
): EndedSpan {
  const parentSpanId = parent === undefined ? undefined : `s${parent}`;
  return endedSpan({ ...facts, spanId: `s${i}`, parentSpanId, durationNanos: facts.slownessNanos });
}

/** Reference implementation of G12 and G15. */
function reference(
  spans: readonly EndedSpan[],
  settings: ReturnType<typeof settingsOf>,
  admits: (span: EndedSpan) => boolean,
): (KeepReason | undefined)[] {
  const must = (span: EndedSpan): KeepReason | undefined =>
    span.failed ? 'error' : span.slownessNanos >= settings.slowThresholdNanos[span.type] ? 'slow' : undefined;
  const own = (span: EndedSpan): KeepReason | undefined =>
    must(span) ?? (admits(span) ? 'probability' : undefined);
  const isWhole = settings.keepsWholeTrace && spans.some((span) => must(span) !== undefined);
  const leadsToKept = (span: EndedSpan): boolean =>
    spans.some(
      (child) => child.parentSpanId === span.spanId && (own(child) !== undefined || leadsToKept(child)),
    );
  return spans.map((span) => own(span) ?? (isWhole ? 'trace' : leadsToKept(span) ? 'ancestor' : undefined));
}

describe('decide', () => {
  it('keeps exactly what randomness admits, must-keep spans, their companions, and ancestors', () => {
    fc.assert(
      fc.property(
        trees,
        traceIds,
        rates,
        rate,
        fc.boolean(),
        (spans, traceId, byType, exportRate, isWhole) => {
          const settings = settingsOf(byType, exportRate, isWhole);
          const policies = policySetOf(settings);
          const trace = new PendingTrace({ traceId, spanId: 's0', traceFlags: 1 }, OWED);
          const root = spans.find(({ parentSpanId }) => parentSpanId === undefined)!;
          trace.exports = exportVerdict(trace, policies, root);
          const { local, exported } = decide(trace, policies, spans, NO_BOUND, false);
          const { randomness } = trace;
          const isAbove = (share: number): boolean => share > 0 && isAtLeast(randomness, thresholdOf(share));
          expect(local.map(({ reason }) => reason)).toEqual(
            reference(spans, settings, ({ type }) => isAbove(byType[type])),
          );
          expect(exported!.map(({ reason }) => reason)).toEqual(
            reference(spans, settings, () => isAbove(exportRate)),
          );
          expect([trace.owedAncestors.size, trace.owedExportAncestors.size]).toEqual([0, 0]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('records ancestors that have not ended as owed, and keeps them when they end', () => {
    fc.assert(
      fc.property(trees, traceIds, rates, fc.nat(), (spans, traceId, byType, cutAt) => {
        const settings = settingsOf(byType);
        const policies = policySetOf(settings);
        const trace = new PendingTrace({ traceId, spanId: 's0', traceFlags: 1 }, OWED);
        const cut = cutAt % (spans.length + 1);
        const kept = new Map<string, EndedSpan>();
        for (const part of [spans.slice(0, cut), spans.slice(cut)]) {
          const { local } = decide(trace, policies, part, NO_BOUND, false);
          part.forEach((span, i) => local[i]!.reason !== undefined && kept.set(span.spanId, span));
        }
        const ended = new Set(spans.map(({ spanId }) => spanId));
        for (const { parentSpanId } of kept.values()) {
          // One that ended in the first part, before its child, may have been dropped.
          const at = spans.findIndex(({ spanId }) => spanId === parentSpanId);
          if (parentSpanId !== undefined && ended.has(parentSpanId) && at >= cut)
            expect(kept.has(parentSpanId)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});
