import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { RandomSource } from '../../../src/demo/random-source.ts';
import type { Asked } from '../load-client.ts';
import { ServerProcess } from '../server-process.ts';
import { shuffled } from '../shuffled.ts';
import type { Variant } from '../variants.ts';
import { BigBlog } from './big-blog.ts';

const SMALL_POSTS = 1000;
const LARGE_POSTS = 100_000;
const TURN_MILLIS = 1000;
const WARM_UP_MILLIS = 1500;
const AFTERWARDS_MILLIS = 200;
const SINGLE_REQUESTS = 1000;

const UNPACKED = { headers: { 'Accept-Encoding': 'identity' } };
/** The same bytes from every server. */
const ON = { PUBLIC_URL: 'https://blog.example' };
const OFF = { ...ON, METRICS_ENABLED: 'false' };
/** The blog without telemetry at two sizes, without its cache, as it is by default, and a bare handler beside them. */
export const SERVERS = ['bare', 'off', 'large', 'uncached', 'on'] as const;
export type ServerKey = (typeof SERVERS)[number];
const VARIANTS: Readonly<Record<ServerKey, Omit<Variant, 'key'>>> = {
  bare: { label: 'bare koa', env: {}, program: './pages/bare-program.ts' },
  off: { label: 'telemetry off', env: OFF },
  large: { label: 'telemetry off, 100,000 posts', env: OFF },
  uncached: { label: 'telemetry off, no cache', env: { ...OFF, PAGE_CACHE_MB: '0' } },
  on: { label: 'telemetry on', env: ON },
};

/** What is asked for; every post of a thousand in turn needs a cache of that size, or none. */
export const PAGES = ['front', 'post', 'posts in turn', 'feed', 'not modified', 'search', 'static'] as const;
export type PageName = (typeof PAGES)[number];

/** A server's cost of one page in one round. */
export interface PageTurn {
  readonly page: PageName;
  readonly server: ServerKey;
  /** Per request, of all threads, while it is asked for all it has. */
  readonly cpuMicros: number;
  /** The 95th percentile of requests one by one. */
  readonly p95Millis: number;
}

/** What pages of the blog cost beside a handler that does nothing else than to send the same bytes; round by round. */
export async function measurePageCost(
  rounds: number,
  random: RandomSource,
  pages: readonly PageName[] = PAGES,
): Promise<readonly (readonly PageTurn[])[]> {
  const small = new BigBlog(SMALL_POSTS);
  const large = new BigBlog(LARGE_POSTS);
  const servers = new Map<ServerKey, ServerProcess>();
  try {
    for (const key of ['off', 'large', 'uncached', 'on'] as const)
      servers.set(
        key,
        await ServerProcess.start(VARIANTS[key], key === 'large' ? large.folder : small.copy()),
      );
    const addresses = await addressesOf(servers.get('off')!, small);
    servers.set(
      'bare',
      await ServerProcess.start(VARIANTS.bare, await bareFolder(servers.get('off')!, small, addresses)),
    );
    for (const page of pages)
      for (const { client } of servers.values())
        await client.saturate(inTurn(addresses[page]), WARM_UP_MILLIS);
    const measured: PageTurn[][] = [];
    for (let round = 0; round < rounds; round++) {
      console.error(`pages, round ${round + 1} of ${rounds} …`);
      const turns: PageTurn[] = [];
      for (const page of pages)
        for (const [key, server] of shuffled([...servers], random))
          turns.push({ page, server: key, ...(await turnOf(server, inTurn(addresses[page]))) });
      measured.push(turns);
    }
    return measured;
  } finally {
    await Promise.all([...servers.values()].map((server) => server.stop()));
    for (const blog of [small, large]) blog.remove();
  }
}

type Addresses = Readonly<Record<PageName, readonly Asked[]>>;

async function addressesOf({ origin }: ServerProcess, blog: BigBlog): Promise<Addresses> {
  const [post = ''] = blog.paths;
  const answer = await fetch(origin + post, UNPACKED);
  const ifNoneMatch = answer.headers.get('ETag') ?? '';
  const stylesheet = /<link rel="stylesheet" href="([^"]+)"/.exec(await answer.text())?.[1] ?? '';
  return {
    front: [{ path: '/' }],
    post: [{ path: post }],
    'posts in turn': blog.paths.map((path) => ({ path })),
    feed: [{ path: '/feed.atom' }],
    'not modified': [{ path: post, ifNoneMatch }],
    search: [{ path: '/search?q=window' }],
    static: [{ path: stylesheet }],
  };
}

/** A DATA_DIR for the bare handler, with what the blog answers. */
async function bareFolder({ origin }: ServerProcess, blog: BigBlog, addresses: Addresses): Promise<string> {
  const folder = join(blog.folder, 'bare');
  mkdirSync(folder);
  const database = new Database(join(folder, 'bare.db'));
  database.exec('CREATE TABLE pages (path TEXT PRIMARY KEY, type TEXT, etag TEXT, body BLOB)');
  const insert = database.prepare('INSERT INTO pages VALUES (?, ?, ?, ?)');
  const paths = new Set(Object.values(addresses).flatMap((asked) => asked.map(({ path }) => path)));
  for (const path of paths) {
    const answer = await fetch(origin + path, UNPACKED);
    const { headers } = answer;
    insert.run(
      path,
      headers.get('Content-Type'),
      headers.get('ETag') ?? '"x"',
      Buffer.from(await answer.arrayBuffer()),
    );
  }
  database.close();
  return folder;
}

function inTurn(asked: readonly Asked[]): () => Asked {
  let next = 0;
  return () => asked[next++ % asked.length]!;
}

async function turnOf(
  server: ServerProcess,
  next: () => Asked,
): Promise<Pick<PageTurn, 'cpuMicros' | 'p95Millis'>> {
  const before = await server.ask('cost');
  const requests = await server.client.saturate(next, TURN_MILLIS);
  await delay(AFTERWARDS_MILLIS);
  const after = await server.ask('cost');
  const millis: number[] = [];
  for (let i = 0; i < SINGLE_REQUESTS; i++) {
    const begun = performance.now();
    await server.client.get(next());
    millis.push(performance.now() - begun);
  }
  millis.sort((a, b) => a - b);
  return {
    cpuMicros: (after.cpuMicros - before.cpuMicros) / requests,
    p95Millis: millis[Math.floor(SINGLE_REQUESTS * 0.95)]!,
  };
}
