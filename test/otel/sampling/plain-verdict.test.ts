import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HeldFacts } from '../../../otel/sampling/buffered-trace.ts';
import { plainVerdict } from '../../../otel/sampling/plain-verdict.ts';
import { decideTrace, type SpanFacts, thresholdsOf } from '../../../otel/sampling/policies.ts';
import { settingsOf } from './processor-fixture.ts';

const TYPES = ['http', 'database', 'render', 'other'] as const;
const rate = fc.constantFrom(0, 0.5, 1);
const span = fc.record({
  parent: fc.integer({ min: -2, max: 8 }),
  type: fc.constantFrom(...TYPES),
  // Rarely, so that most traces have nothing that must be kept.
  failed: fc.integer({ min: 0, max: 20 }).map((n) => n === 0),
  slownessNanos: fc.integer({ min: 0, max: 20 }).map((n) => (n === 0 ? 2e9 : n === 1 ? 0.3e9 : 1e6)),
});

describe('plainVerdict', () => {
  it('comes to what the policies come to, or leaves it to them', () => {
    let plain = 0;
    fc.assert(
      fc.property(
        fc.array(span, { maxLength: 7 }),
        fc.oneof(
          rate.map((all) => ({ http: all, database: all, render: all, other: all })),
          fc.record({ http: rate, database: rate, render: rate, other: rate }),
        ),
        fc.constantFrom('00', '40', 'c0', 'ff'),
        (drawn, rates, byte) => {
          const spans: SpanFacts[] = drawn.map(({ parent, ...facts }, i) => ({
            ...facts,
            spanId: `span ${i}`,
            // A parent before or behind, one that has not ended, or none.
            parentSpanId: parent === -2 || parent === i ? undefined : `span ${parent}`,
          }));
          const facts = new HeldFacts(`${'0'.repeat(18)}${byte}${'0'.repeat(12)}`, undefined);
          const settings = settingsOf(rates);
          const { local } = thresholdsOf(settings);
          const owed = new Set<string>();
          const reasons = decideTrace(spans, facts.randomness, settings, local, owed);
          const verdict = plainVerdict(spans, facts, settings, local);
          if (verdict === undefined) return;
          plain++;
          expect(reasons).toEqual(spans.map(() => (verdict ? 'probability' : undefined)));
          expect(owed.size).toBe(0);
        },
      ),
      { numRuns: 1000 },
    );
    expect(plain).toBeGreaterThan(100);
  });

  it('leaves an empty list to the policies', () => {
    const settings = settingsOf(1);
    const facts = new HeldFacts('0'.repeat(32), undefined);
    expect(plainVerdict([], facts, settings, thresholdsOf(settings).local)).toBeUndefined();
  });
});
