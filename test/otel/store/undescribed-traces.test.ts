import { describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import type { TraceTerm } from '../../../otel/query.ts';
import { TraceRecord } from '../../../otel/store/trace-record.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { makeVersion3, openHistoryFile } from './history-fixture.ts';
import { spanRecord, START_MILLIS, traceIdOf, WHOLE } from './kept-span-fixture.ts';

const PATH: TraceTerm = { field: 'address', paths: ['/2026/glass'] };
const ROUTE: TraceTerm = { field: 'route', text: '/:slug' };
const NOT_BOT: TraceTerm = { field: 'agent', text: 'bot', negated: true };

function traceOf(id: number): TraceRecord {
  const trace = new TraceRecord(traceIdOf(id));
  const attributes = { 'url.path': '/2026/Glass', 'user_agent.original': `Examplebot/${id}` };
  trace.append([spanRecord({ startMillis: START_MILLIS + id, attributes })], WHOLE);
  return trace;
}

describe('a file of version 3', () => {
  it('is described a few traces at a time, newest first; until then, searches of kind and address leave out the rest', () => {
    const path = `${temporaryFolder()}/history.sqlite`;
    const before = openHistoryFile(path);
    before.transaction(() => [1, 2, 3].forEach((id) => before.traces.save(traceOf(id))));
    before.close();
    const database = new Database(path);
    makeVersion3(database);
    database.exec(`UPDATE trace_body SET body = x'07' WHERE trace = 1`);
    database.close();
    const file = openHistoryFile(path);
    const found = (...terms: readonly TraceTerm[]) => {
      const { total, kinds } = file.search.traces({ terms, facets: true }, []);
      return [total, kinds.reduce((sum, { count }) => sum + count, 0)];
    };
    const skipped: unknown[] = [];
    expect([file.unlisted, found(), found(ROUTE), found(PATH), found(NOT_BOT)]).toEqual([
      3,
      [3, 0],
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    expect(file.moveLegacy(2, (error) => skipped.push(error))).toBe(2);
    expect([file.unlisted, found(), found(ROUTE), found(PATH), skipped]).toEqual([
      1,
      [3, 2],
      [2, 2],
      [2, 2],
      [],
    ]);
    expect(file.moveLegacy(2, (error) => skipped.push(error))).toBe(1);
    expect([file.unlisted, found(), found(ROUTE), found(NOT_BOT), skipped.length]).toEqual([
      0,
      [3, 3],
      [2, 2],
      [1, 1],
      1,
    ]);
  });
});

describe('kinds and user agents', () => {
  it('are stored once, and go with the last trace that has them', () => {
    const path = `${temporaryFolder()}/history.sqlite`;
    const file = openHistoryFile(path);
    const counts = (): unknown => {
      const database = new Database(path, { readonly: true });
      const of = (table: string) => database.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
      const all = [of('kept_trace'), of('trace_kind'), of('user_agent')];
      database.close();
      return all;
    };
    file.transaction(() => [1, 1, 2, 3].forEach((id) => file.traces.save(traceOf(id))));
    expect(counts()).toEqual([3, 1, 3]);
    expect(file.traces.kinds.all().size).toBe(1);
    file.transaction(() => file.traces.dropOldest('ordinary', 2));
    expect(counts()).toEqual([1, 1, 1]);
    file.transaction(() => file.traces.dropOldest('ordinary', 2));
    expect(counts()).toEqual([0, 0, 0]);
    file.transaction(() => file.traces.save(traceOf(4)));
    expect(file.search.traces({ facets: true }, []).kinds.map(({ kind }) => kind.agent)).toEqual(['bot']);
  });
});
