import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import type { HistoryFacts, LogLine } from '../../otel/query.ts';
import { BlogProcess } from './blog-process.ts';
import { onceWritten } from './once-written.ts';
import { pageDocument, type PageDocument } from './page-document.ts';
import { becomeOwner } from './signed-in-owner.ts';
import type { Visitor } from './visitor.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const VIEWS = 14;
const FAILURES = 12;
/** Fewer than either: most of both is on disk alone after the start. */
const SMALL_BUFFER = { METRICS_BUFFER_SIZE: '5' };

/** The search of the blog has no table meanwhile, so that it fails. */
async function failing(blog: BlogProcess, work: () => Promise<void>): Promise<void> {
  const database = new Database(join(blog.dataDir, 'glasshouse.db'));
  try {
    database.exec('ALTER TABLE post_search RENAME TO post_search_away');
    await work();
    database.exec('ALTER TABLE post_search_away RENAME TO post_search');
  } finally {
    database.close();
  }
}

describe.each(['SIGTERM', 'SIGKILL'] as const)('traces after %s and a start', (signal) => {
  const dataDir = temporaryFolder();
  let owner: Visitor;
  const failed: string[] = [];
  let blog: BlogProcess;
  let [endedMillis, answeredMillis] = [0, 0];
  const read = <T>(path: string): Promise<PageDocument<T>> =>
    pageDocument<T>(owner, `${blog.address}/admin/metrics-dashboard${path}`);
  beforeAll(async () => {
    blog = await BlogProcess.start(dataDir);
    owner = await becomeOwner(blog);
    await failing(blog, async () => {
      for (let i = 0; i < FAILURES; i++) {
        const { status, headers } = await blog.ask(`/search?q=word${i}`);
        expect(status).toBe(500);
        failed.push(String(headers['x-request-id']));
      }
    });
    for (let i = 0; i < VIEWS; i++) await blog.ask('/');
    // A clean stop writes what waits.
    if (signal === 'SIGKILL')
      await onceWritten(
        dataDir,
        async () => (await read<{ readonly history: HistoryFacts }>('/buffer')).facts.history.waiting === 0,
      );
    await blog.stop(signal);
    endedMillis = Date.now();
    blog = await BlogProcess.start(dataDir, SMALL_BUFFER);
    answeredMillis = Date.now();
  });
  afterAll(async () => {
    owner.close();
    await blog.stop();
  });

  it('knows how long nothing was answered', async () => {
    const { facts } = await read<{
      readonly rows: readonly { from_millis: number; to_millis: number; started_millis: number }[];
    }>('/downtime?from=-1h');
    const [row] = facts.rows;
    expect(facts.rows).toHaveLength(1);
    expect(row!.from_millis).toBeLessThanOrEqual(endedMillis);
    expect(row!.to_millis).toBeGreaterThan(row!.started_millis);
    // Of clocks that are read one after the other.
    expect(row!.to_millis).toBeLessThan(answeredMillis + 100);
  });

  it('lists every failure, as many as were counted', async () => {
    const { facts } = await read<{
      readonly kept: number;
      readonly groups: readonly { readonly series: string; readonly count: number }[];
    }>(`/failures?from=-1h&series=${encodeURIComponent('GET /search')}`);
    expect(facts.kept).toBe(FAILURES);
    expect(facts.groups.reduce((sum, { count }) => sum + count, 0)).toBe(FAILURES);
  });

  it('searches memory and file', async () => {
    const list = async (query: string) =>
      (await read<{ total: number; rows: { trace_id: string }[] }>(`/traces?from=-1h&${query}`)).facts;
    expect((await list('series=GET+%2F&type=http')).total).toBe(VIEWS);
    expect((await list('status=error')).total).toBe(FAILURES);
    const { rows, total } = await list('q=word7');
    expect({ total, ids: rows.map((row) => row.trace_id) }).toEqual({ total: 1, ids: [failed[7]] });
  });

  it('counts what took long over both processes, or says that counts are lost', async () => {
    interface Longer {
      readonly counted: { readonly from: number; readonly to: number };
      readonly is_lower_bound: boolean;
    }
    const { facts, summary } = await read<{ readonly longer: Longer }>(
      '/traces?from=-1h&q=dur>=0ms route:/search',
    );
    const { from, to } = facts.longer.counted;
    expect(from).toBe(to);
    expect(facts.longer.is_lower_bound).toBe(signal === 'SIGKILL');
    if (signal === 'SIGTERM') expect(from).toBe(FAILURES);
    else expect(from).toBeLessThanOrEqual(FAILURES);
    expect(summary).toContain(
      signal === 'SIGTERM'
        ? `${FAILURES} requests match in the last hour (each one is counted); ${FAILURES} of them are kept`
        : 'some counts are lost',
    );
  });

  it('leads from a client to as many traces as it got errors', async () => {
    interface Client {
      readonly value: string;
      readonly count: number;
    }
    const { facts } = await read<{
      readonly requests: { readonly lists: { readonly clients: { readonly rows: readonly Client[] } } };
    }>('/failures?from=-1h');
    const [client] = facts.requests.lists.clients.rows;
    const { total } = (
      await read<{ readonly total: number }>(
        `/traces?from=-1h&type=http&status=error&q=client.address=${client?.value}`,
      )
    ).facts;
    expect(total).toBe(FAILURES);
    if (signal === 'SIGTERM') expect(client?.count).toBe(FAILURES);
    else expect(client?.count).toBeLessThanOrEqual(FAILURES);
  });

  it('tells lines of the log before the restart from those after it', async () => {
    interface Line {
      readonly process: { readonly pid: number; readonly started_at_millis: number };
    }
    const lines = async (q: string) =>
      (await read<{ readonly rows: readonly Line[] }>(`/logs?from=-1h&q=${q}`)).facts.rows;
    const before = await lines('level:error');
    expect(before).toHaveLength(FAILURES);
    expect(new Set(before.map(({ process }) => process.pid)).size).toBe(1);
    expect(before.every(({ process }) => process.started_at_millis < endedMillis)).toBe(true);
    await failing(blog, async () => void (await blog.ask('/search?q=afterwards')));
    const [newest, ...older] = await lines('level:error');
    expect(older).toEqual(before);
    expect(newest!.process.started_at_millis).toBeGreaterThanOrEqual(endedMillis);
    expect(await lines(`level:error process:${newest!.process.pid}`)).toEqual([newest]);
  });

  it('opens a failure with the lines it wrote to the log', async () => {
    const { facts } = await read<{
      readonly trace: { readonly logs_known: boolean; readonly logs: readonly LogLine[] };
    }>(`/traces/${failed[0]}`);
    const { trace } = facts;
    expect(trace.logs_known).toBe(true);
    expect(trace.logs.filter(({ level }) => level === 'error')).toHaveLength(1);
  });

  it('does not claim to know an unknown trace id', async () => {
    const { summary } = await read(`/traces/${'ab'.repeat(16)}`);
    expect(summary).toMatch(/not from before the start at .*, so it may have existed\./);
  });
});
