import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { addressIn, fetchText, linksIn, postsIn } from './fetch-links.ts';
import type { RandomSource } from './random-source.ts';

/** Requests in the proportions of a real personal blog's log: mostly posts and files, some feeds, some unknown addresses. */
const HABITS: readonly (readonly [weight: number, habit: Habit])[] = [
  [34, { kind: 'post' }],
  [20, { kind: 'asset' }],
  [9, { kind: 'get', path: '/' }],
  [6, { kind: 'get', path: '/feed.rss' }],
  [4, { kind: 'get', path: '/feed.atom' }],
  [2, { kind: 'get', path: '/feed.json' }],
  [5, { kind: 'get', path: '/tags/telemetry' }],
  [3, { kind: 'get', path: '/archive' }],
  [5, { kind: 'search' }],
  [4, { kind: 'missing' }],
  [2, { kind: 'get', path: '/sitemap.xml' }],
  [2, { kind: 'get', path: '/demo/reading-list' }],
  [1, { kind: 'get', path: '/demo/yearly-report' }],
  [1, { kind: 'get', path: '/demo/guestbook' }],
  [1, { kind: 'leave', path: '/demo/recording' }],
];
type Habit =
  | { readonly kind: 'post' | 'asset' | 'search' | 'missing' }
  | { readonly kind: 'get' | 'leave'; readonly path: string };

const WORDS = ['index', 'slow query', 'glass', 'percentiles', 'tomatoes', 'event loop', 'zzz'];
const LOST = ['/wp-login.php', '/.env', '/old-page', '/index.php?id=1', '/images/none.png'];
const TOTAL_WEIGHT = HABITS.reduce((sum, [weight]) => sum + weight, 0);

export interface TrafficOptions {
  readonly address: string;
  readonly random: RandomSource;
  readonly signal: AbortSignal;
  /** Average requests per second; visitors come in waves. */
  readonly perSecond: number;
  /** Initial requests, so that the pages are not empty. */
  readonly atOnce: number;
  /** Called after the initial requests. */
  readonly onVisited?: () => void;
}

/** Visits the blog until the signal aborts. */
export async function visit({
  address,
  random,
  signal,
  perSecond,
  atOnce,
  onVisited,
}: TrafficOptions): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const posts = postsIn(await fetchText(address, '/sitemap.xml', agent));
  const assets = linksIn(await fetchText(address, '/', agent), /href="(\/assets\/[^"]+)"/g);
  const next = (): Promise<void> => {
    const [path, leave] = addressOf(habit(random), posts, assets, random);
    return ask(address, path, agent, leave);
  };
  for (let i = 0; i < atOnce && !signal.aborted; i++) await next();
  onVisited?.();
  for (let second = 0; !signal.aborted; second++) {
    const wave = perSecond * (1 + 0.6 * Math.sin(second / 40));
    await next();
    await delay((1000 / wave) * (0.3 + 1.4 * random.next()), undefined, { signal }).catch(() => {});
  }
  agent.destroy();
}

function habit(random: RandomSource): Habit {
  let at = random.next() * TOTAL_WEIGHT;
  for (const [weight, one] of HABITS) if ((at -= weight) < 0) return one;
  return HABITS[0]![1];
}

function addressOf(
  one: Habit,
  posts: readonly string[],
  assets: readonly string[],
  random: RandomSource,
): [path: string, leave: boolean] {
  switch (one.kind) {
    case 'post':
      return [posts.length === 0 ? '/' : random.pick(posts), false];
    case 'asset':
      return [assets.length === 0 ? '/' : random.pick(assets), false];
    case 'search':
      return [`/search?q=${encodeURIComponent(random.pick(WORDS))}`, false];
    case 'missing':
      return [random.pick(LOST), false];
    case 'get':
    case 'leave':
      return [one.path, one.kind === 'leave'];
  }
}

/** Reads a response to its end, or aborts after its first bytes; failed requests are ignored. */
function ask(address: string, path: string, agent: Agent, leave: boolean): Promise<void> {
  return new Promise((resolve) => {
    const outgoing = request(addressIn(address, path), {
      agent,
      headers: { 'accept-encoding': 'gzip', accept: 'text/html,*/*' },
    });
    outgoing.on('error', () => resolve());
    outgoing.on('close', () => resolve());
    outgoing.on('response', (answer) => {
      if (leave) answer.once('data', () => outgoing.destroy());
      else answer.resume();
    });
    outgoing.end();
  });
}
