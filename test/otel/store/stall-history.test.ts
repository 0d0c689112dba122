import { describe, expect, it } from '@jest/globals';
import type { Stall } from '../../../otel/query.ts';
import { StallHistory } from '../../../otel/store/stall-history.ts';
import { STALLS } from '../../fixtures/busy-blog.ts';
import { HistoryFolder } from './history-fixture.ts';

const EVER = { fromMillis: -Infinity, toMillis: Infinity };
const stallAt = (atMillis: number): Stall => ({ ...STALLS[0]!, atMillis });
const times = (history: StallHistory): readonly number[] =>
  history.facts(EVER).rows.map(({ atMillis }) => atMillis);

describe('stalls', () => {
  it('are listed newest first, in their range', () => {
    const history = new StallHistory();
    for (const at of [1000, 2000, 3000]) history.add(stallAt(at));
    expect(times(history)).toEqual([3000, 2000, 1000]);
    expect(history.facts({ fromMillis: 1500, toMillis: 2500 }).rows).toEqual([stallAt(2000)]);
    expect(history.facts(EVER).heldSinceMillis).toBeUndefined();
  });

  it('are bounded: the oldest goes, and that is said', () => {
    const history = new StallHistory(3);
    for (let at = 1; at <= 10; at++) history.add(stallAt(at));
    expect(times(history)).toEqual([10, 9, 8]);
    expect(history.facts(EVER).heldSinceMillis).toBe(8);
  });

  it('are found by the trace that caused them, and by those that waited', () => {
    const history = new StallHistory();
    for (const stall of STALLS) history.add(stall);
    const { holder, delayed } = STALLS[0]!;
    expect(history.ofTrace(holder!.traceId)).toHaveLength(2);
    expect(history.ofTrace(delayed[0]!.traceId)).toHaveLength(3);
    expect(history.ofTrace('none')).toEqual([]);
  });

  it('survive a restart, within their bound on disk', () => {
    const folder = new HistoryFolder();
    const before = new StallHistory(3);
    const { history } = folder.start({ parts: [before] });
    for (let at = 1; at <= 5; at++) {
      before.add(stallAt(at));
      history.flush();
    }
    history.close();
    const after = new StallHistory(3);
    folder.start({ parts: [after] });
    expect(times(after)).toEqual([5, 4, 3]);
    expect(after.facts(EVER).heldSinceMillis).toBe(3);
  });
});
