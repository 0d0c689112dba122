import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { RanSearch } from '../../../src/search/search-messages.ts';
import { SearchReader } from '../../../src/search/search-reader.ts';
import { SearchWorker } from '../../../src/search/search-worker.ts';
import { afterTests } from '../../fixtures/after-tests.ts';
import { draft, temporaryBlog } from '../temporary-blog.ts';

const blog = temporaryBlog();
const now = (): number => blog.clock.now;

function worker(options: ConstructorParameters<typeof SearchWorker>[1] = {}): SearchWorker {
  const made = new SearchWorker(blog.database.name, { now, ...options });
  afterTests(() => made.close());
  return made;
}

function thread(source: string): URL {
  const file = join(blog.folder, 'thread.mjs');
  writeFileSync(file, `import { parentPort } from 'node:worker_threads';\n${source}`);
  return pathToFileURL(file);
}

describe('SearchWorker', () => {
  const searches: (RanSearch & { readonly askedNanos: number })[] = [];
  const search = worker({ onRan: (ran) => searches.push(ran) });
  beforeAll(() => {
    blog.posts.create(draft({ title: 'Moss', tags: ['wood'], markdown: 'Grows on 石头.' }));
  });

  it('finds what a search in this thread finds, and what was saved since, at once', async () => {
    const reader = new SearchReader(blog.database, { now });
    expect(await search.search('石头')).toEqual(reader.search('石头'));
    const later = blog.posts.create(draft({ title: 'More moss' }));
    expect((await search.search('moss')).total).toBe(2);
    blog.posts.remove(later.id, later.version);
    expect((await search.search('moss')).total).toBe(1);
  });

  it('says which statements ran, when, and how many rows they returned', async () => {
    searches.length = 0;
    await search.search('moss');
    const [{ askedNanos, startNanos, durationNanos, statements }] = searches as [(typeof searches)[number]];
    expect(statements.map(({ sql, rows }) => [sql.slice(0, 15), rows])).toEqual([
      ['SELECT posts.id', 1],
      ['SELECT posts.id', 1],
    ]);
    const [ranked, read] = statements;
    expect(ranked!.startNanos + ranked!.durationNanos).toBeLessThan(read!.startNanos);
    expect(askedNanos).toBeLessThanOrEqual(startNanos);
    expect(startNanos).toBeLessThanOrEqual(ranked!.startNanos);
    expect(startNanos + durationNanos).toBeGreaterThanOrEqual(read!.startNanos + read!.durationNanos);
  });

  it('reports the failure of a statement with its code, and goes on', async () => {
    searches.length = 0;
    blog.database.exec('ALTER TABLE post_search RENAME TO post_search_away');
    await expect(search.search('moss')).rejects.toMatchObject({ code: 'SQLITE_ERROR' });
    expect(searches).toMatchObject([{ statements: [{ failure: { code: 'SQLITE_ERROR' } }] }]);
    blog.database.exec('ALTER TABLE post_search_away RENAME TO post_search');
    expect((await search.search('moss')).total).toBe(1);
  });

  it('answers in turn, and refuses what is too much', async () => {
    const settled = await Promise.allSettled(Array.from({ length: 40 }, () => search.search('moss')));
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(33);
    expect(settled.at(-1)).toMatchObject({
      reason: { name: 'SearchBusyError', status: 503, headers: { 'Retry-After': '1' } },
    });
    expect((await search.search('moss')).total).toBe(1);
  });

  it('leaves a thread that takes too long, and starts another', async () => {
    const slow = worker({ deadlineMillis: 1, thread: thread(`parentPort.on('message', () => {});`) });
    const both = await Promise.allSettled([slow.search('moss'), slow.search('moss')]);
    expect(both).toMatchObject([{ reason: { status: 503 } }, { reason: { status: 503 } }]);
  });

  it('starts its thread before the first search if asked to, but not when it is closed', async () => {
    const started = new BroadcastChannel('search-worker.test');
    afterTests(() => started.close());
    const prepared = worker({
      thread:
        thread(`const started = new BroadcastChannel('search-worker.test'); started.postMessage(''); started.close();
        parentPort.on('message', () => parentPort.postMessage({ statements: [], results: 'found' }));`),
    });
    const first = once(started, 'message');
    prepared.prepare();
    await first;
    expect(await prepared.search('moss')).toBe('found');
    await prepared.close();
    prepared.prepare();
    await expect(prepared.search('moss')).rejects.toMatchObject({ status: 503 });
  });

  it('fails the search that ended its thread, and answers the next', async () => {
    const results = `{ hits: [], total: 7, isMore: false, page: 1, pages: 1 }`;
    const broken = worker({
      thread: thread(
        `parentPort.on('message', ({ text }) => { if (text === 'die') process.exit(3); parentPort.postMessage({ statements: [], results: ${results} }); });`,
      ),
    });
    const both = await Promise.allSettled([broken.search('die'), broken.search('live')]);
    expect(both).toMatchObject([
      { reason: { name: 'SearchFailedError' } },
      { status: 'fulfilled', value: { total: 7 } },
    ]);
  });

  it('refuses what waits when it is closed, and everything after that', async () => {
    const closing = worker();
    await closing.search('moss');
    const waiting = [closing.search('moss'), closing.search('moss')];
    const settled = Promise.allSettled(waiting);
    await closing.close();
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(closing.search('moss')).rejects.toMatchObject({ status: 503 });
  });
});
