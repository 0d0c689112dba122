import { setTimeout as delay } from 'node:timers/promises';
import type { RandomSource } from '../../src/demo/random-source.ts';
import type { BenchBlog } from './bench-blog.ts';
import type { Gate } from './gates.ts';
import { type Interval, meanInterval, ratioInterval } from './interval.ts';
import { PACE_PER_SECOND } from './request-cost.ts';
import { ServerProcess } from './server-process.ts';
import { shuffled } from './shuffled.ts';
import { threadMicros } from './thread-micros.ts';

const WARM_UP_REQUESTS = 3000;
const TURN_MILLIS = 3000;
/** The watch connects a second after its start, and then logs every function. */
const SETTLE_MILLIS = 2500;
const AFTERWARDS_MILLIS = 300;
const MAX_WATCH_SHARE = 0.01;
const LOADS = ['saturated', 'paced', 'idle'] as const;
const SIDES = ['on', 'off'] as const;
/** Of the watch: its thread, and the one that the profiler has beside it. */
const WATCH_THREADS = ['stall watch', 'v8:ProfEvntProc'];

export interface TogglePlan {
  /** Each with a new server. */
  readonly passes: number;
  /** Pairs of each pass. */
  readonly rounds: number;
}

type Toggle = 'watch' | 'shedding';
type Load = (typeof LOADS)[number];
type Side = (typeof SIDES)[number];

interface Turn {
  /** CPU of all threads, microseconds per request; if idle, per second. */
  readonly cpu: number;
  /** CPU of the watch's threads as a share of a core; NaN where the system does not tell threads apart. */
  readonly threads: number;
}

/** One round: both sides one after the other, in random order, in the same process. */
type Pair = Readonly<Record<Side, Readonly<Record<Load, Turn>>>>;

/** What it costs to watch the event loop for stalls. */
export async function measureStallWatch(
  blog: BenchBlog,
  plan: TogglePlan,
  random: RandomSource,
): Promise<readonly Gate[]> {
  const pairs = await measurePairs('watch', blog, plan, random);
  return [
    {
      what: 'watching the loop / CPU of a post page, saturated',
      measured: addedShare(pairs, 'saturated'),
      atMost: MAX_WATCH_SHARE,
    },
    ...(['paced', 'idle'] as const).map((load) => {
      const perSecond = load === 'paced' ? PACE_PER_SECOND : 1;
      return {
        what: `watching the loop, ${load}, share of a core`,
        measured: meanInterval(
          pairs.map(({ on, off }) => ((on[load].cpu - off[load].cpu) * perSecond) / 1e6),
        ),
        atMost: MAX_WATCH_SHARE,
      };
    }),
    ...LOADS.flatMap((load) => {
      const shares = pairs.map(({ on }) => on[load].threads).filter((share) => !Number.isNaN(share));
      if (shares.length === 0) return [];
      const what = `its threads alone, share of a core, ${load}`;
      return [{ what, measured: meanInterval(shares), atMost: MAX_WATCH_SHARE }];
    }),
  ];
}

/** What shedding saves: below 0. */
export async function measureShedding(
  blog: BenchBlog,
  plan: TogglePlan,
  random: RandomSource,
): Promise<readonly Gate[]> {
  const pairs = await measurePairs('shedding', blog, plan, random);
  return (['saturated', 'paced'] as const).map((load) => ({
    what: `shedding: change in CPU of a post page, ${load}`,
    measured: addedShare(pairs, load),
    atMost: 0,
  }));
}

function addedShare(pairs: readonly Pair[], load: Load): Interval {
  return ratioInterval(
    pairs.map(({ on, off }) => on[load].cpu - off[load].cpu),
    pairs.map(({ off }) => off[load].cpu),
  );
}

async function measurePairs(
  toggle: Toggle,
  blog: BenchBlog,
  { passes, rounds }: TogglePlan,
  random: RandomSource,
): Promise<readonly Pair[]> {
  const pairs: Pair[] = [];
  for (let pass = 0; pass < passes; pass++) {
    console.error(`${toggle}, pass ${pass + 1} of ${passes} …`);
    const variant = { key: 'ours', label: toggle, fixture: 'toggles.ts', env: {} } as const;
    const server = await ServerProcess.start(variant, blog.copy());
    try {
      await server.client.load(blog.postPath, WARM_UP_REQUESTS);
      // The first start of the profiler is the dearest.
      for (const side of SIDES) await switchTo(server, toggle, side);
      for (let round = 0; round < rounds; round++)
        pairs.push(await measurePair(server, toggle, blog, random));
    } finally {
      await server.stop();
    }
  }
  return pairs;
}

async function measurePair(
  server: ServerProcess,
  toggle: Toggle,
  blog: BenchBlog,
  random: RandomSource,
): Promise<Pair> {
  const sides = new Map<Side, Record<Load, Turn>>();
  for (const side of shuffled(SIDES, random)) {
    await switchTo(server, toggle, side);
    const turns: [Load, Turn][] = [];
    for (const load of LOADS) turns.push([load, await turn(server, load, blog.postPath)]);
    const of = new Map(turns);
    sides.set(side, { saturated: of.get('saturated')!, paced: of.get('paced')!, idle: of.get('idle')! });
  }
  return { on: sides.get('on')!, off: sides.get('off')! };
}

async function switchTo(server: ServerProcess, toggle: Toggle, side: Side): Promise<void> {
  await server.ask(`${toggle} ${side}`);
  await delay(SETTLE_MILLIS);
}

async function turn(server: ServerProcess, load: Load, path: string): Promise<Turn> {
  const { client } = server;
  const threads = threadMicros(server.pid, WATCH_THREADS);
  const startMillis = performance.now();
  const before = await server.ask('cost');
  const units = await work();
  await delay(AFTERWARDS_MILLIS);
  const after = await server.ask('cost');
  const elapsedMicros = (performance.now() - startMillis) * 1000;
  const spent = threadMicros(server.pid, WATCH_THREADS) - threads;
  return { cpu: (after.cpuMicros - before.cpuMicros) / units, threads: spent / elapsedMicros };

  async function work(): Promise<number> {
    if (load === 'saturated') return client.saturate(path, TURN_MILLIS);
    if (load === 'paced') return client.pace(path, PACE_PER_SECOND, TURN_MILLIS);
    await delay(TURN_MILLIS);
    return (TURN_MILLIS + AFTERWARDS_MILLIS) / 1000;
  }
}
