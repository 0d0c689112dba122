import { describe, expect, it } from '@jest/globals';
import type { OwnCode } from '../../../otel/query.ts';
import { OwnCodeHistory } from '../../../otel/store/own-code-history.ts';
import { HistoryFolder } from './history-fixture.ts';

const EVER = { fromMillis: -Infinity, toMillis: Infinity };
const requestAt = (atMillis: number): OwnCode => ({
  traceId: String(atMillis).padStart(32, '0'),
  spanId: '1'.repeat(16),
  route: 'GET /listening',
  atMillis,
  durationMillis: 90,
  ownMillis: 80,
  everyMillis: 40,
  samples: 2,
  idle: 0,
  shared: 0,
  others: 0,
  functions: [{ place: { name: 'rank', location: 'src/rank.ts:1', origin: 'app' }, callers: [], samples: 2 }],
});
const times = (history: OwnCodeHistory): readonly number[] =>
  history.facts(EVER).rows.map(({ atMillis }) => atMillis);

describe('what samples say of requests', () => {
  it('is listed newest first, in its range, and by trace', () => {
    const history = new OwnCodeHistory();
    for (const at of [1000, 2000, 3000]) history.add(requestAt(at));
    expect(times(history)).toEqual([3000, 2000, 1000]);
    expect(history.facts({ fromMillis: 1500, toMillis: 2500 }).rows).toEqual([requestAt(2000)]);
    expect(history.ofTrace(requestAt(2000).traceId)).toEqual([requestAt(2000)]);
    expect(history.ofTrace('none')).toEqual([]);
    expect(history.facts(EVER).heldSinceMillis).toBeUndefined();
  });

  it('is bounded, also long after its first fill: the oldest goes, and that is said', () => {
    const history = new OwnCodeHistory(3);
    for (let at = 1; at <= 100; at++) history.add(requestAt(at));
    expect(times(history)).toEqual([100, 99, 98]);
    expect(history.facts(EVER).heldSinceMillis).toBe(98);
  });

  it('has those that nobody asked about apart', () => {
    const history = new OwnCodeHistory();
    const unasked = { route: 'GET /listening', fromMillis: 1, toMillis: 9, requests: 12 };
    history.add(requestAt(5));
    history.add(unasked);
    expect(history.facts(EVER)).toMatchObject({ rows: [requestAt(5)], unasked: [unasked] });
    expect(history.facts({ fromMillis: 0, toMillis: 9 }).unasked).toEqual([]);
  });

  it('survives a restart, within its bound on disk', () => {
    const folder = new HistoryFolder();
    const before = new OwnCodeHistory(3);
    const { history } = folder.start({ parts: [before] });
    for (let at = 1; at <= 20; at++) {
      before.add(requestAt(at));
      history.flush();
    }
    history.close();
    const after = new OwnCodeHistory(3);
    folder.start({ parts: [after] });
    expect(after.facts(EVER).rows).toEqual([requestAt(20), requestAt(19), requestAt(18)]);
    expect(after.facts(EVER).heldSinceMillis).toBe(18);
  });

  it('is written whole at the end, however many came together', () => {
    const folder = new HistoryFolder();
    const before = new OwnCodeHistory();
    const { history } = folder.start({ parts: [before] });
    for (let at = 1; at <= 130; at++) before.add(requestAt(at));
    history.close();
    const after = new OwnCodeHistory();
    folder.start({ parts: [after] });
    expect(times(after)).toHaveLength(130);
  });
});
