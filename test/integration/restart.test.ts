import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import type { MetricsDocument } from '../../src/observatory/facts/metrics-document.ts';
import { BlogProcess } from './blog-process.ts';
import { onceWritten } from './once-written.ts';
import { pageDocument, type PageDocument } from './page-document.ts';
import { becomeOwner } from './signed-in-owner.ts';
import type { Visitor } from './visitor.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { until } from '../fixtures/until.ts';
import { DATABASE_FILE_NAME } from '../../src/db/data-files.ts';
import { closeDatabase, openDatabase } from '../../src/db/open-database.ts';
import { PostStore } from '../../src/posts/post-store.ts';

const VIEWS_BEFORE = 30;
const VIEWS_AFTER = 5;

describe('after a restart', () => {
  const dataDir = temporaryFolder();
  let blog: BlogProcess;
  let trace = '';
  beforeAll(async () => {
    const before = await BlogProcess.start(dataDir);
    for (let i = 0; i < VIEWS_BEFORE; i++) trace = String((await before.ask('/')).headers['x-request-id']);
    await before.stop();
    beginToRename();
    blog = await BlogProcess.start(dataDir);
    for (let i = 0; i < VIEWS_AFTER; i++) await blog.ask('/');
  });
  afterAll(async () => {
    await blog.stop();
  });

  /** As a process that was killed before it reached the posts. */
  function beginToRename(): void {
    const database = openDatabase(join(dataDir, DATABASE_FILE_NAME));
    const posts = new PostStore(database);
    posts.create({ title: 'Pane', markdown: 'Glass.', status: 'draft', tags: ['old'], path: 'pane' });
    posts.tagNames.rename('old', 'new');
    closeDatabase(database);
  }

  it('a renaming of a tag that a kill cut short is completed', async () => {
    const database = new Database(join(dataDir, DATABASE_FILE_NAME), { readonly: true });
    const tags = database.prepare<[], string>("SELECT tags FROM posts WHERE path = 'pane'").pluck();
    expect(
      await until(
        () => tags.get(),
        (found) => found !== '["old"]',
      ),
    ).toBe('["new"]');
    database.close();
  });

  it('counts of the last hour continue, counts since the start begin at zero, and the sentence says which', async () => {
    const hour = await blog.metrics<MetricsDocument & { summary: string }>('/admin/metrics?from=-1h');
    expect(hour.operations.http.count).toBe(VIEWS_BEFORE + VIEWS_AFTER);
    expect(hour.summary).toContain(`${VIEWS_BEFORE + VIEWS_AFTER} requests in the last hour`);
    const start = await blog.metrics<MetricsDocument>();
    expect(start.operations.http.count).toBe(VIEWS_AFTER);
  });

  it('kept traces can still be opened', async () => {
    const { buffer } = await blog.metrics<MetricsDocument>();
    expect(buffer.traces).toBeGreaterThanOrEqual(VIEWS_BEFORE + VIEWS_AFTER);
    expect(trace).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each(['PROPFIND', 'TRACE', 'PUT'])(
    'the method %s is refused, and not counted as failed',
    async (method) => {
      expect((await blog.ask('/', { method })).status).toBe(405);
      expect((await blog.metrics<MetricsDocument>()).operations.http.errors).toBe(0);
      expect(blog.output).not.toContain('request failed');
    },
  );
});

describe('after a stop, and after kill -9', () => {
  const dataDir = temporaryFolder();
  const ledger = { reads: 0, feeds: 0, searches: 0 };
  let blog: BlogProcess;
  let owner: Visitor;
  let post = '';
  const page = <T>(path: string): Promise<PageDocument<T>> =>
    pageDocument<T>(owner, `${blog.address}/admin/metrics-dashboard${path}`);
  async function visit(times: number): Promise<void> {
    for (let i = 0; i < times; i++) {
      for (const path of [`/${post}`, '/feed.rss', '/search?q=glass'])
        if ((await blog.ask(path)).status !== 200) throw new Error(`${path} is not there`);
      ledger.reads++;
      ledger.feeds++;
      ledger.searches++;
    }
  }
  /** What is counted is on disk within some seconds: as soon as the last start is known to have been seen that late. */
  async function untilWritten(): Promise<void> {
    const file = new Database(join(dataDir, 'telemetry.sqlite'), { readonly: true });
    const counted = file.prepare<[], string>(
      `SELECT sum(json_extract(body, '$."glasshouse.searches{}"')) FROM business_count WHERE tier = 3`,
    );
    await onceWritten(dataDir, () => Number(counted.pluck().get()) === ledger.searches);
    file.close();
  }

  beforeAll(async () => {
    blog = await BlogProcess.start(dataDir);
    owner = await becomeOwner(blog);
    post = /href="\/(20\d\d\/[^"]+)"/.exec(String((await blog.ask('/')).body))![1]!;
    await visit(7);
    await blog.stop();
    blog = await BlogProcess.start(dataDir);
    await visit(5);
    await untilWritten();
    await blog.stop('SIGKILL');
    blog = await BlogProcess.start(dataDir);
    await visit(3);
  });
  afterAll(async () => {
    owner?.close();
    await blog.stop();
  });

  it('the blog has counted what readers did, in every format', async () => {
    const content = await page<{
      most_read: { path: string; reads: number }[];
      business: { posts_read: number };
    }>('/content?from=-1h');
    expect(content.summary).toContain(`${ledger.reads} posts were read in the last hour`);
    expect(content.facts.most_read).toEqual([{ posts: 'listed', path: post, reads: ledger.reads }]);
    const { business } = await blog.metrics<MetricsDocument>('/admin/metrics?from=-1h');
    expect(business).toMatchObject({ posts_read: ledger.reads, feeds: { rss: ledger.feeds } });
    const since = await blog.metrics<MetricsDocument>();
    expect(since.business).toMatchObject({ posts_read: 3, feeds: { rss: 3 } });
  });

  it('each start is marked, with how the previous process ended', async () => {
    const { facts, summary } = await page<{
      markers: { kind: string; before?: { ended: string } }[];
      runtime: { process_started_at_millis: number }[];
    }>('/process?from=-1h');
    const starts = facts.markers.filter(({ kind }) => kind === 'start');
    expect(starts.map(({ before }) => before?.ended)).toEqual([undefined, 'stopped', 'killed']);
    expect(summary).toMatch(
      /3 starts in the last hour.*, the last at .*: start; the previous process was killed, last seen /,
    );
    expect(new Set(facts.runtime.map((sample) => sample.process_started_at_millis)).size).toBe(3);
  });
});
