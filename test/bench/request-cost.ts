import { setTimeout as delay } from 'node:timers/promises';
import type { RandomSource } from '../../src/demo/random-source.ts';
import type { BenchBlog } from './bench-blog.ts';
import { Burners } from './burners.ts';
import type { ProbeAnswer } from './fixtures/probe.ts';
import { shuffled } from './shuffled.ts';
import { ServerProcess } from './server-process.ts';
import type { Variant, VariantKey } from './variants.ts';

/** How the post page is asked for; `crowded` is paced, with another program that wants every core. */
export const LOADS = ['saturated', 'paced', 'crowded'] as const;
export type Load = (typeof LOADS)[number];

export const PACE_PER_SECOND = 150;
/** What was put off until after the last request is counted for so long. */
const AFTERWARDS_MILLIS = 1000;
const SATURATED_MILLIS = 1000;
const PACED_MILLIS = 3000;
/** Not counted: what was compiled and held for all that a server has is let go of in the first of them. */
const SETTLING_ROUNDS = 2;
/** Servers that are asked at the same time where none is asked for all it has. */
const PACED_TOGETHER = 5;
/** To see what telemetry's own account says on a crowded machine; others would say nothing new. */
const CROWDED: readonly VariantKey[] = ['bare', 'ours', 'stockMode'];
/** The history begins to write 5 s after it had nothing to write. */
const IDLE_MILLIS = 5500;
const FEW_REQUESTS = 40;

export interface RequestCostPlan {
  /** Each with new servers: what the compiler makes of the same code differs from process to process by as much as telemetry costs. */
  readonly passes: number;
  readonly warmUpRequests: number;
  readonly rounds: Readonly<Record<Load, number>>;
}

/** From the first request of a turn to a second after its last, per request. */
export interface Turn {
  readonly cpuMicros: number;
  readonly bytes: number;
}

/** All turns of one load, what lies between them included, per request. */
export interface WholeCost {
  readonly cpuMicros: number;
  /** The same by telemetry's own account. */
  readonly ownMicros: number;
}

/** One server in one pass. */
export interface PassCost {
  readonly turns: Readonly<Record<Load, readonly Turn[]>>;
  readonly whole: Readonly<Partial<Record<Load, WholeCost>>>;
  /** The longest the loop was held, from an idle server over a few requests to one that is idle again. */
  readonly longestBlockMillis: number;
  readonly startMillis: number;
  readonly rssBytes: number;
  /** What telemetry noted per post page: spans of a stock SDK, or our operations by type. */
  readonly perPostPage: string;
  /** Mean bytes of a kept span's record, where there are any. */
  readonly recordBytes: number | undefined;
}

/** Pass by pass, every variant in each. */
export type RequestCosts = readonly ReadonlyMap<VariantKey, PassCost>[];

interface Running {
  readonly variant: Variant;
  readonly server: ServerProcess;
  readonly turns: Record<Load, Turn[]>;
  readonly whole: Partial<Record<Load, WholeCost>>;
  requests: number;
  /** Of its last turn. */
  counted: Promise<void>;
  longestBlockMillis: number;
  perPostPage: string;
}

export async function measureRequestCost(
  blog: BenchBlog,
  variants: readonly Variant[],
  plan: RequestCostPlan,
  random: RandomSource,
): Promise<RequestCosts> {
  const passes: ReadonlyMap<VariantKey, PassCost>[] = [];
  for (let pass = 0; pass < plan.passes; pass++) {
    console.error(`requests, pass ${pass + 1} of ${plan.passes} …`);
    passes.push(await new Pass(blog.postPath, plan, random).run(blog, variants));
  }
  return passes;
}

/** A server per variant. All stay up for the whole pass and take their turns in an order that changes with every round. */
class Pass {
  readonly #path: string;
  readonly #plan: RequestCostPlan;
  readonly #random: RandomSource;
  readonly #running: Running[] = [];

  constructor(path: string, plan: RequestCostPlan, random: RandomSource) {
    this.#path = path;
    this.#plan = plan;
    this.#random = random;
  }

  async run(blog: BenchBlog, variants: readonly Variant[]): Promise<ReadonlyMap<VariantKey, PassCost>> {
    try {
      for (const variant of shuffled(variants, this.#random))
        this.#running.push(begun(variant, await ServerProcess.start(variant, blog.copy())));
      for (const one of this.#running) await this.#warmUp(one);
      await this.#loaded('saturated', this.#running, () => this.#saturatedRound());
      for (let i = 0; i < SETTLING_ROUNDS; i++) await this.#settle();
      await this.#loaded('paced', this.#running, () => this.#pacedRound('paced', this.#running));
      await this.#crowded();
      await this.#watchIdle();
      return new Map(await Promise.all(this.#running.map((one) => this.#result(one))));
    } finally {
      await Promise.all(this.#running.map(({ server }) => server.stop()));
    }
  }

  async #warmUp(one: Running): Promise<void> {
    const { variant, server } = one;
    const { warmUpRequests } = this.#plan;
    // Once before, so that what is prepared at the first view is not counted.
    await server.client.get(this.#path);
    const before = await server.ask('facts');
    await server.client.load(this.#path, warmUpRequests);
    await delay(100);
    one.perPostPage = notedPerPage(before, await server.ask('facts'), warmUpRequests);
    if ((one.perPostPage === 'nothing') !== variant.key.startsWith('bare'))
      throw new Error(`${variant.label}: telemetry noted ${one.perPostPage} of a page`);
  }

  /** Rounds of one load, and what these servers cost from the first to a second after the last, pauses included. */
  async #loaded(load: Load, servers: readonly Running[], round: () => Promise<void>): Promise<void> {
    if (this.#plan.rounds[load] === 0) return;
    const before = await Promise.all(servers.map(({ server }) => server.ask('account')));
    for (const one of servers) one.requests = 0;
    for (let i = 0; i < this.#plan.rounds[load]; i++) await round();
    await Promise.all(servers.map(({ counted }) => counted));
    for (const [i, one] of servers.entries()) {
      const after = await one.server.ask('account');
      const per = (what: 'cpuMicros' | 'ownMicros'): number =>
        (after[what] - before[i]![what]) / one.requests;
      one.whole[load] = { cpuMicros: per('cpuMicros'), ownMicros: per('ownMicros') };
    }
  }

  /** One server at a time has all there is; the second after its turn is the first of the next. */
  async #saturatedRound(): Promise<void> {
    for (const one of shuffled(this.#running, this.#random)) {
      await one.counted;
      await this.#turn('saturated', one, ({ client }) => client.saturate(this.#path, SATURATED_MILLIS));
    }
  }

  async #settle(): Promise<void> {
    await inGroups(this.#running, async (together) => {
      await Promise.all(together.map(({ server }) => this.#pace(server)));
      await delay(AFTERWARDS_MILLIS);
    });
  }

  async #pacedRound(load: Load, servers: readonly Running[]): Promise<void> {
    await inGroups(shuffled(servers, this.#random), async (together) => {
      await Promise.all(together.map((one) => this.#turn(load, one, (server) => this.#pace(server))));
      await Promise.all(together.map(({ counted }) => counted));
    });
  }

  #pace({ client }: ServerProcess): Promise<number> {
    return client.pace(this.#path, PACE_PER_SECOND, PACED_MILLIS);
  }

  async #crowded(): Promise<void> {
    const burners = new Burners();
    try {
      const servers = this.#running.filter(({ variant }) => CROWDED.includes(variant.key));
      await this.#loaded('crowded', servers, () => this.#pacedRound('crowded', servers));
    } finally {
      await burners.stop();
    }
  }

  async #turn(load: Load, one: Running, ask: (server: ServerProcess) => Promise<number>): Promise<void> {
    const before = await one.server.ask('cost');
    const requests = await ask(one.server);
    one.requests += requests;
    one.counted = delay(AFTERWARDS_MILLIS).then(async () => {
      const after = await one.server.ask('cost');
      one.turns[load].push({
        cpuMicros: (after.cpuMicros - before.cpuMicros) / requests,
        bytes: (after.allocatedBytes - before.allocatedBytes) / requests,
      });
    });
  }

  async #watchIdle(): Promise<void> {
    for (const { server } of this.#running) await server.ask('watch');
    await delay(IDLE_MILLIS);
    for (const { server } of this.#running)
      for (let i = 0; i < FEW_REQUESTS; i++) await server.client.get(this.#path);
    await delay(IDLE_MILLIS);
    for (const one of this.#running)
      one.longestBlockMillis = (await one.server.ask('watched')).longestBlockMillis;
  }

  async #result({ variant, server, ...one }: Running): Promise<[VariantKey, PassCost]> {
    const { faults, bufferBytes, bufferSpans, rssBytes } = await server.ask('facts');
    // Broken telemetry costs something too, but not what is asked here.
    if (faults.length > 0) throw new Error(`${variant.label}: ${faults.join('; ')}`);
    const recordBytes = bufferSpans === 0 ? undefined : bufferBytes / bufferSpans;
    return [variant.key, { ...one, startMillis: server.startMillis, rssBytes, recordBytes }];
  }
}

async function inGroups(
  servers: readonly Running[],
  work: (together: readonly Running[]) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < servers.length; from += PACED_TOGETHER)
    await work(servers.slice(from, from + PACED_TOGETHER));
}

function begun(variant: Variant, server: ServerProcess): Running {
  return {
    variant,
    server,
    turns: { saturated: [], paced: [], crowded: [] },
    whole: {},
    requests: 0,
    counted: Promise.resolve(),
    longestBlockMillis: NaN,
    perPostPage: '',
  };
}

/** By counts before and after so many pages; a batch processor keeps up to 511 spans back, which rounds away. */
function notedPerPage(before: ProbeAnswer, after: ProbeAnswer, pages: number): string {
  const perPage = (count: (answer: ProbeAnswer) => number): number =>
    Math.round((count(after) - count(before)) / pages);
  const stock = perPage(({ stockSpans }) => stockSpans);
  if (stock > 0) return `${stock} spans`;
  const parts = Object.keys(after.operations)
    .map((type) => [type, perPage(({ operations }) => operations[type] ?? 0)] as const)
    .filter(([, count]) => count > 0)
    .map(([type, count]) => `${count} ${type}`);
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}
