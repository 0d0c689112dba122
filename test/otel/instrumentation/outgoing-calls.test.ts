import { beforeAll, describe, expect, it } from '@jest/globals';
import { runFixture } from '../../fixtures/run-fixture.ts';

interface Call {
  readonly outcome: unknown;
  readonly head: readonly string[];
  readonly spans: readonly (readonly [name: string, status: number | null, traceId: string])[];
}
interface Output {
  readonly seen: Readonly<Record<string, Call>>;
  readonly faults: readonly unknown[];
}

const callsOf = (program: 'bare' | 'own' | 'stock') => runFixture<Output>('./http-outgoing.ts', program);

const isOfTraces = (line: string): boolean => line.startsWith('traceparent: 00-');

describe.each(['own', 'stock'] as const)('an outgoing call, in mode %s', (mode) => {
  let bare: Output;
  let ours: Output;

  beforeAll(async () => {
    [bare, ours] = await Promise.all([callsOf('bare'), callsOf(mode)]);
  });

  it('is sent as bare Node sends it, plus its trace', () => {
    const others = Object.entries(ours.seen).map(([name, { outcome, head }]) => [
      name,
      { outcome, head: head.filter((line) => !isOfTraces(line)) },
    ]);
    expect(Object.fromEntries(others)).toEqual(
      Object.fromEntries(
        Object.entries(bare.seen).map(([name, { outcome, head }]) => [name, { outcome, head }]),
      ),
    );
    expect(bare.seen['flat']!.head).toContain('Authorization: Bearer s3cret');
    expect(ours.faults).toEqual([]);
  });

  it.each([
    ['object', 'GET'],
    ['flat', 'GET'],
    ['pairs', 'GET'],
    ['empty', 'GET'],
    ['address and list', 'GET'],
    ['URL and list', 'DELETE'],
    ['list and body', 'POST'],
    ['nothing between', 'GET'],
    ['null between', 'GET'],
    ['odd method', 'HTTP'],
  ])('%s: has one span, %s, and propagates its trace', (name, spanName) => {
    const { spans, head } = ours.seen[name]!;
    expect(spans.map(([word, status]) => [word, status])).toEqual([[spanName, 200]]);
    expect(head.filter((line) => line.startsWith(`traceparent: 00-${spans[0]![2]}-`))).toHaveLength(1);
  });

  it.each(['not traced', 'not traced, not an address', 'after'])('%s: has none', (name) => {
    const { spans, head } = ours.seen[name]!;
    expect(spans).toEqual([]);
    expect(head.filter(isOfTraces)).toEqual([]);
  });

  it('keeps a traceparent that the app has put in its list', () => {
    const { head } = ours.seen['own traceparent']!;
    expect(head.filter((line) => /^traceparent:/i.test(line))).toEqual(['TraceParent: mine']);
  });
});
