import { beforeEach, describe, expect, it } from '@jest/globals';
import type { TraceFilter, TraceList, TracePlace } from '../../../otel/query.ts';
import { KeptTraces } from '../../../otel/store/kept-traces.ts';
import { HistoryFolder } from './history-fixture.ts';
import { spanRecord, START_MILLIS, traceIdOf, WHOLE } from './kept-span-fixture.ts';

const TRACES = 230;
const RING = 60;
const LIMIT = 25;

/** Times 1e6, they are a little less than the nanoseconds that they are. */
const LENGTHS = [4.000_004, 4.000_01, 4.000_016, 4.000_023, 4.000_029];

/** Many begin in the same millisecond, or take as long as others: only the id tells them apart. */
function startOf(id: number): number {
  return START_MILLIS + Math.floor(id / 4) * 10;
}
function lengthOf(id: number): number {
  return LENGTHS[(id * 7919) % 17] ?? 5 + ((id * 7919) % 13);
}

const SORTS: readonly (readonly [string, TraceFilter])[] = [
  ['newest first', {}],
  ['slowest first', { sort: 'slowest' }],
  ['slowest first, of a type', { sort: 'slowest', type: 'http' }],
  ['newest first, of a series, with facets', { series: 'GET /even', facets: true }],
  ['slowest first, of a text', { sort: 'slowest', terms: [{ field: 'text', text: 'even' }] }],
];

describe('pages of a list of traces, of memory and file together', () => {
  let place: HistoryFolder;
  let running: ReturnType<HistoryFolder['start']>;
  let sent: number[];
  beforeEach(() => {
    place = new HistoryFolder();
    running = place.start({ maxTraces: RING });
    sent = [];
    for (let id = 1; id <= TRACES; id++) add(id);
  });

  function add(id: number): void {
    sent.push(id);
    const span = spanRecord({
      traceId: traceIdOf(id),
      name: id % 2 === 0 ? 'GET /even' : 'GET /odd',
      startMillis: startOf(id),
      durationMillis: lengthOf(id),
    });
    running.ring.add(traceIdOf(id), [span], { ...WHOLE, isContinued: false });
    // None may be evicted before it is written.
    if (id % (RING / 2) === 0) running.history.flush();
  }

  function list(filter: TraceFilter): TraceList {
    return new KeptTraces(running.ring, running.history).list({ ...filter, limit: LIMIT });
  }

  function wanted({ series, terms }: TraceFilter, ids: readonly number[]): readonly string[] {
    const isAsked = (id: number): boolean => (series ?? terms) === undefined || id % 2 === 0;
    return ids.filter(isAsked).map(traceIdOf);
  }

  it.each(SORTS)('have each match once while new ones arrive, %s', (_, filter) => {
    const before = wanted(filter, sent);
    const seen: string[] = [];
    let next = TRACES;
    for (
      let page = list(filter);
      page.ends !== undefined;
      page = list({ ...filter, below: page.ends.last })
    ) {
      expect(page.rows.length).toBeLessThanOrEqual(LIMIT);
      const shown = page.rows.map(({ traceId }) => traceId);
      // What came meanwhile and belongs above is ahead of this page.
      expect(page.ahead).toBeGreaterThanOrEqual(seen.length);
      expect(page.total).toBe(wanted(filter, sent).length);
      seen.push(...shown);
      for (let i = 0; i < 9; i++) add(++next);
    }
    const old = seen.filter((id) => before.includes(id));
    expect(old.toSorted()).toEqual(before.toSorted());
    expect(new Set(seen).size).toBe(seen.length);
    if (filter.sort !== 'slowest') expect(seen).toEqual(old);
  });

  it.each(SORTS)('lead back to where they came from, %s', (_, filter) => {
    const pages: TraceList[] = [];
    let below: TracePlace | undefined;
    for (let page = list(filter); page.rows.length > 0; page = list({ ...filter, below })) {
      pages.push(page);
      below = page.ends!.last;
    }
    expect(pages.length).toBeGreaterThan(4);
    for (const [index, page] of pages.entries()) {
      if (index === 0) continue;
      const back = list({ ...filter, above: page.ends!.first });
      expect(back.rows).toEqual(pages[index - 1]!.rows);
      expect(back.ahead).toBe(pages[index - 1]!.ahead);
    }
  });

  it('are full if fewer rows are above, and stay where they are while new ones arrive', () => {
    const first = list({});
    for (const above of [first.rows[4]!, first.rows[0]!])
      expect(list({ above })).toMatchObject({ ahead: 0, rows: first.rows });
    const below = first.ends!.last;
    const second = list({ below });
    for (let id = TRACES + 1; id <= TRACES + 2 * RING; id++) add(id);
    const later = list({ below });
    expect(later.rows).toEqual(second.rows);
    expect(later.ahead).toBe(second.ahead + 2 * RING);
  });

  it('say how many are ahead of a place below all', () => {
    const below = { startMillis: 0, durationMillis: 0, traceId: '' };
    for (const sort of ['newest', 'slowest'] as const)
      expect(list({ sort, below })).toMatchObject({ rows: [], ahead: TRACES, total: TRACES });
  });

  it('read as few traces as they have rows', () => {
    running.history.flush();
    const { ends } = list({ facets: true });
    const saved = running.history.traces({ facets: true, limit: LIMIT, below: ends!.last }, []);
    // And those of the same millisecond.
    expect(saved!.matches.length).toBeLessThanOrEqual(LIMIT + 8);
    expect(saved!.total).toBe(TRACES);
  });
});
