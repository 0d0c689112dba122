import { describe, expect, it } from '@jest/globals';
import type { SampledSpan, SampledTrace } from '../../../../otel/query.ts';
import { raisedWeights } from '../../../../src/observatory/facts/lost-traces.ts';
import { mergedTime } from '../../../../src/observatory/facts/merged-time.ts';

/** A request with a statement in it. */
function request(id: string, weight: number | undefined, millis: number, inStatement: number): SampledTrace {
  const span: Omit<SampledSpan, 'spanId' | 'type' | 'series' | 'durationMillis'> = {
    parentSpanId: undefined,
    name: '',
    startMillis: 0,
    status: 'unset',
    weight,
    attributes: [],
    events: [],
  };
  return {
    traceId: id,
    spans: [
      { ...span, spanId: `${id}1`, type: 'http', series: 'GET /', durationMillis: millis },
      {
        ...span,
        spanId: `${id}2`,
        parentSpanId: `${id}1`,
        type: 'database',
        series: 'SELECT',
        durationMillis: inStatement,
      },
    ],
  };
}

const unitOf = ({ spans }: SampledTrace): SampledSpan | undefined => spans[0];
const NOT_RAISED = { unitOf, raised: new Map<string, number>() };

describe('mergedTime', () => {
  it('is the mean of what was asked, with slow traces kept always and others by a rate', () => {
    // Two slow requests, and 98 of 10 ms of which 5 were kept.
    const slow = [request('a', 1, 1000, 900), request('b', 1, 3000, 2900)];
    const fast = ['c', 'd', 'e', 'f', 'g'].map((id) => request(id, 19.6, 10, 4));
    const time = mergedTime({
      marked: { traces: slow, kept: 2 },
      rest: { traces: [...fast, request('h', undefined, 99, 9)], kept: 6 },
      ...NOT_RAISED,
    });
    const total = (4000 + 98 * 10) / 100;
    expect(time).toMatchObject({ traces: 7, kept: 8, unweighted: 1, isWeighted: true });
    expect(time.graph.totalMillis).toBeCloseTo(total);
    expect(time.graph.frames.reduce((sum, { selfMillis }) => sum + selfMillis, 0)).toBeCloseTo(total);
    expect(time.parts).toMatchObject([
      {
        kind: 'statement',
        series: 'SELECT',
        count: expect.closeTo(1),
        millis: expect.closeTo((3800 + 98 * 4) / 100),
      },
      { kind: 'own', series: 'GET /', millis: expect.closeTo((200 + 98 * 6) / 100) },
    ]);
  });

  it('counts what is left of ordinary requests for lost ones, and none that is kept always', () => {
    // Of a ledger of 20 requests, 10 ordinary ones of 10 ms are left 4; 2 failed, and 8 had a slow statement of 100 ms.
    const many = (count: number, name: string, millis: number): readonly SampledTrace[] =>
      Array.from({ length: count }, (_, i) => request(`${name}${i}`, 1, millis, millis / 2));
    const held = many(8, 's', 200).map(({ traceId, spans }) => {
      return { traceId, spans: spans.map((span) => ({ ...span, keepReason: 'slow' as const })) };
    });
    const drawn = {
      marked: { traces: many(2, 'f', 50), kept: 2 },
      rest: { traces: [...held, ...many(4, 'o', 10)], kept: 12 },
    };
    const raised = raisedWeights(drawn, new Map([['GET /', 20]]), unitOf);
    expect(mergedTime({ ...drawn, unitOf, raised }).graph.totalMillis).toBeCloseTo(
      (10 * 10 + 2 * 50 + 8 * 200) / 20,
    );
  });

  it('tells by the quietest tenth for how long a request waits, as the loop works for others meanwhile', () => {
    // Each waits 40 ms; of the others, it runs for somebody else for a third of that, or is late.
    const waiting = (count: number, slept: number, millis: number): readonly SampledTrace[] =>
      Array.from({ length: count }, (_, i) => request(`${millis}w${i}`, 3, millis, 1)).map(
        ({ traceId, spans: [unit, statement] }) => ({
          traceId,
          spans: [{ ...unit!, attributes: ['operation.loop_idle', slept / 1000] }, statement!],
        }),
      );
    const of = (traces: readonly SampledTrace[]) =>
      mergedTime({ marked: { traces: [], kept: 0 }, rest: { traces, kept: traces.length }, ...NOT_RAISED });
    // Its length tells nothing: a shorter one has as much of others in it.
    const { quiet, parts } = of([...waiting(26, 27, 48), ...waiting(1, 27, 40), ...waiting(3, 40, 41.5)]);
    expect(quiet).toEqual({ sleptMillis: expect.closeTo(40), wholeMillis: expect.closeTo(41.5) });
    expect(parts[0]).toMatchObject({ kind: 'asleep', millis: expect.closeTo((27 * 27 + 3 * 40) / 30) });
    expect(of(waiting(19, 40, 41)).quiet).toBeUndefined();
    expect(of(waiting(30, 5, 41)).quiet).toBeUndefined();
  });

  it('counts each side for what was counted of it, though by chance its traces stand for fewer', () => {
    // 5 of 1,000 ms and 28 of 50 ms were sent; of these, one was kept at a rate of a tenth.
    const slow = ['a', 'b', 'c', 'd', 'e'].map((id) => request(id, 1, 1000, 900));
    const drawn = {
      marked: { traces: slow, kept: 5 },
      rest: { traces: [request('f', 10, 50, 20)], kept: 1 },
      ...NOT_RAISED,
    };
    const mean = (5 * 1000 + 28 * 50) / 33;
    const time = mergedTime(drawn, [], { marked: 5, rest: 28 });
    expect(time.meanMillis).toBeCloseTo(mean);
    expect(time.parts[0]).toMatchObject({
      kind: 'statement',
      millis: expect.closeTo((5 * 900 + 28 * 20) / 33),
    });
    expect(mergedTime(drawn).meanMillis).toBeGreaterThan(1.5 * mean);
    // Of a side without a count, or without a trace, nothing is known but that.
    expect(mergedTime(drawn, [], { marked: 0, rest: 0 }).meanMillis).toBeCloseTo(
      mergedTime(drawn).meanMillis,
    );
    const none = { ...drawn, rest: { traces: [], kept: 0 } };
    expect(mergedTime(none, [], { marked: 5, rest: 28 }).meanMillis).toBeCloseTo(1000);
  });

  it('counts each trace once if no weight is known', () => {
    const time = mergedTime({
      marked: { traces: [], kept: 0 },
      rest: { traces: [request('a', undefined, 10, 4), request('b', undefined, 30, 4)], kept: 4 },
      ...NOT_RAISED,
    });
    expect(time).toMatchObject({ traces: 2, kept: 4, unweighted: 0, isWeighted: false });
    expect(time.graph.totalMillis).toBeCloseTo(20);
  });
});
