import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import type { HistoryFacts, LogLine } from '../../otel/query.ts';
import { BlogProcess, makeDataDir, removeDataDir } from './blog-process.ts';
import { Visitor } from './visitor.ts';

const VIEWS = 30;
const FAILURES = 25;
/** Fewer than either: most of both is on disk alone after the start. */
const SMALL_BUFFER = { METRICS_BUFFER_SIZE: '10' };

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

class Owner {
  readonly #visitor = new Visitor();

  async setUp(blog: BlogProcess): Promise<void> {
    await blog.ask('/health');
    const [, path = '', token = ''] = /(\/admin\/setup\?token=([\w-]+))/.exec(blog.output)!;
    const { text } = await this.#visitor.send(`${blog.address}${path}`);
    const _csrf = /name="_csrf" value="([^"]+)"/.exec(text)![1]!;
    const password = 'a password of the tests 4711';
    const fields = { _csrf, token, password, repeated: password };
    expect((await this.#visitor.send(`${blog.address}/admin/setup`, { fields })).status).toBe(303);
  }

  async read<T>(blog: BlogProcess, path: string): Promise<{ readonly summary: string; readonly facts: T }> {
    const address = `${blog.address}/admin/metrics-dashboard${path}`;
    const { text } = await this.#visitor.send(address, { headers: { accept: 'application/json' } });
    return JSON.parse(text) as { summary: string; facts: T };
  }

  /** Until no trace waits to be written; the writer takes fifty in a second. */
  async written(blog: BlogProcess): Promise<void> {
    for (;;) {
      const { facts } = await this.read<{ readonly history: HistoryFacts }>(blog, '/buffer');
      if (facts.history.waiting === 0) return;
      await delay(100);
    }
  }

  close(): void {
    this.#visitor.close();
  }
}

describe.each(['SIGTERM', 'SIGKILL'] as const)('traces after %s and a start', (signal) => {
  const dataDir = makeDataDir();
  const owner = new Owner();
  const failed: string[] = [];
  let blog: BlogProcess;
  beforeAll(async () => {
    blog = await BlogProcess.start(dataDir);
    await owner.setUp(blog);
    await failing(blog, async () => {
      for (let i = 0; i < FAILURES; i++) {
        const { status, headers } = await blog.ask(`/search?q=word${i}`);
        expect(status).toBe(500);
        failed.push(String(headers['x-request-id']));
      }
    });
    for (let i = 0; i < VIEWS; i++) await blog.ask('/');
    await owner.written(blog);
    await blog.stop(signal);
    blog = await BlogProcess.start(dataDir, SMALL_BUFFER);
  }, 120_000);
  afterAll(async () => {
    owner.close();
    await blog.stop();
    removeDataDir(dataDir);
  });

  it('lists every failure, as many as were counted', async () => {
    const { facts } = await owner.read<{
      readonly kept: number;
      readonly groups: readonly { readonly series: string; readonly count: number }[];
    }>(blog, `/failures?from=-1h&series=${encodeURIComponent('GET /search')}`);
    expect(facts.kept).toBe(FAILURES);
    expect(facts.groups.reduce((sum, { count }) => sum + count, 0)).toBe(FAILURES);
  });

  it('searches memory and file', async () => {
    const list = async (query: string) =>
      (await owner.read<{ total: number; rows: { trace_id: string }[] }>(blog, `/traces?from=-1h&${query}`))
        .facts;
    expect((await list('series=GET+%2F&type=http')).total).toBe(VIEWS);
    expect((await list('status=error')).total).toBe(FAILURES);
    const { rows, total } = await list('q=word7');
    expect({ total, ids: rows.map((row) => row.trace_id) }).toEqual({ total: 1, ids: [failed[7]] });
  });

  it('opens a failure with the lines it wrote to the log', async () => {
    const { facts } = await owner.read<{
      readonly trace: { readonly logs_known: boolean; readonly logs: readonly LogLine[] };
    }>(blog, `/traces/${failed[0]}`);
    const { trace } = facts;
    expect(trace.logs_known).toBe(true);
    expect(trace.logs.filter(({ level }) => level === 'error')).toHaveLength(1);
  });

  it('does not know what became of an id that is nowhere', async () => {
    const { summary } = await owner.read(blog, `/traces/${'ab'.repeat(16)}`);
    expect(summary).toMatch(/not from before the start at .*: whether it was ever here is not known\./);
  });
});
