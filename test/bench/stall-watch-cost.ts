import { setTimeout as delay } from 'node:timers/promises';
import type { RandomSource } from '../../src/demo/random-source.ts';
import type { BenchBlog } from './bench-blog.ts';
import type { Gate } from './gates.ts';
import { meanInterval, ratioInterval } from './interval.ts';
import { median } from './median.ts';
import { PACE_PER_SECOND } from './request-cost.ts';
import { ServerProcess } from './server-process.ts';
import { shuffled } from './shuffled.ts';

const WARM_UP_REQUESTS = 2000;
const SATURATED_MILLIS = 1000;
const PACED_MILLIS = 3000;
const AFTERWARDS_MILLIS = 300;
const IDLE_MILLIS = 10_000;
const MAX_SHARE = 0.01;
const LOADS = ['saturated', 'paced'] as const;
const SIDES = ['watched', 'unwatched'] as const;

export interface StallWatchPlan {
  /** Each with new servers. */
  readonly passes: number;
  readonly rounds: number;
}

type Side = (typeof SIDES)[number];
type Costs = Readonly<Record<Side, Record<(typeof LOADS)[number] | 'idle', number>>>;

/** What it costs to watch the event loop for stalls: the same blog with and without, in turns. */
export async function measureStallWatch(
  blog: BenchBlog,
  { passes, rounds }: StallWatchPlan,
  random: RandomSource,
): Promise<readonly Gate[]> {
  const costs: Costs[] = [];
  for (let pass = 0; pass < passes; pass++) {
    console.error(`stall watch, pass ${pass + 1} of ${passes} …`);
    costs.push(await measurePass(blog, rounds, random));
  }
  return [
    ...LOADS.map((load) => ({
      what: `watching the loop / CPU of a post page, ${load}`,
      measured: ratioInterval(
        costs.map(({ watched, unwatched }) => watched[load] - unwatched[load]),
        costs.map(({ unwatched }) => unwatched[load]),
      ),
      atMost: MAX_SHARE,
    })),
    {
      what: 'watching the loop of an idle blog, share of a core',
      measured: meanInterval(
        costs.map(({ watched, unwatched }) => (watched.idle - unwatched.idle) / (IDLE_MILLIS * 1000)),
      ),
      atMost: MAX_SHARE,
    },
  ];
}

async function measurePass(blog: BenchBlog, rounds: number, random: RandomSource): Promise<Costs> {
  const servers: (readonly [Side, ServerProcess])[] = [];
  try {
    for (const side of shuffled(SIDES, random)) {
      const env = side === 'watched' ? {} : { METRICS_LOOP_STALL: '0' };
      servers.push([side, await ServerProcess.start({ key: 'ours', label: side, env }, blog.copy())]);
    }
    for (const [, { client }] of servers) await client.load(blog.postPath, WARM_UP_REQUESTS);
    const turns = { watched: costsOfTurns(), unwatched: costsOfTurns() };
    for (let round = 0; round < rounds; round++)
      for (const load of LOADS)
        for (const [side, server] of shuffled(servers, random))
          turns[side][load].push(await turn(server, load, blog.postPath));
    const idle = await Promise.all(
      servers.map(async ([side, server]) => [side, await idleMicros(server)] as const),
    );
    const idleOf = (side: Side): number => idle.find(([each]) => each === side)![1];
    const medians = (side: Side): Costs[Side] => ({
      saturated: median(turns[side].saturated),
      paced: median(turns[side].paced),
      idle: idleOf(side),
    });
    return { watched: medians('watched'), unwatched: medians('unwatched') };
  } finally {
    await Promise.all(servers.map(([, server]) => server.stop()));
  }
}

function costsOfTurns(): Record<(typeof LOADS)[number], number[]> {
  return { saturated: [], paced: [] };
}

/** CPU of all threads, microseconds per request. */
async function turn(server: ServerProcess, load: (typeof LOADS)[number], path: string): Promise<number> {
  const { client } = server;
  const before = await server.ask('cost');
  const requests =
    load === 'saturated'
      ? await client.saturate(path, SATURATED_MILLIS)
      : await client.pace(path, PACE_PER_SECOND, PACED_MILLIS);
  await delay(AFTERWARDS_MILLIS);
  return ((await server.ask('cost')).cpuMicros - before.cpuMicros) / requests;
}

async function idleMicros(server: ServerProcess): Promise<number> {
  await delay(AFTERWARDS_MILLIS);
  const before = await server.ask('cost');
  await delay(IDLE_MILLIS);
  return (await server.ask('cost')).cpuMicros - before.cpuMicros;
}
