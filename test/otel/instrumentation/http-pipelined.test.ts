import { describe, expect, it } from '@jest/globals';
import { runFixture } from '../../fixtures/run-fixture.ts';

describe('requests behind one whose client left', () => {
  it.each(['own', 'stock'])('are counted once each, and nothing was sent, in mode %s', async (mode) => {
    const { started, spans, faults } = await runFixture<{
      readonly started: number;
      readonly spans: readonly { readonly path: string }[];
      readonly faults: readonly unknown[];
    }>('./http-pipelined.ts', mode);
    expect(faults).toEqual([]);
    expect(started).toBe(5);
    const ended = spans.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    expect(ended).toEqual(
      ['/end', '/head', '/nothing', '/stream', '/wait'].map((path) => ({ path, outcome: 'aborted' })),
    );
  });
});
