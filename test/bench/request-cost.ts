import type { BenchBlog } from './bench-blog.ts';
import type { ProbeAnswer } from './fixtures/probe.ts';
import { median, medianError } from './median.ts';
import { ServerProcess } from './server-process.ts';
import { VARIANTS, type Variant } from './variants.ts';

export const PAGES = ['post', 'file'] as const;
export type Page = (typeof PAGES)[number];
/** Reading a file takes CPU of the thread pool, which varies by more than telemetry costs. */
const COUNTED = { post: 'process', file: 'mainThread' } as const;

export interface RequestCostPlan {
  /** Passes, each with new servers: what the compiler makes of the same code differs from process to process by more than telemetry costs. */
  readonly passes: number;
  readonly rounds: number;
  readonly warmUpRequests: number;
  readonly requestsPerRound: number;
  readonly starts: number;
}

export interface VariantCost {
  readonly variant: Variant;
  /** CPU microseconds of the server per request, median of rounds: all threads for the post page, the main thread for the file. */
  readonly cpuMicros: Readonly<Record<Page, number>>;
  /** Over bare: median of the differences within a round, which cancels what the machine did meanwhile. */
  readonly addedMicros: Readonly<Record<Page, number>>;
  /** Standard error of `addedMicros`. */
  readonly errorMicros: Readonly<Record<Page, number>>;
  readonly startMillis: number;
  readonly rssBytes: number;
  /** What telemetry noted per post page: spans of a stock SDK, or our operations by type. */
  readonly perPostPage: string;
  /** Mean bytes of a kept span's record, where there are any. */
  readonly recordBytes: number | undefined;
}

interface Running {
  readonly variant: Variant;
  readonly server: ServerProcess;
  readonly samples: Record<Page, number[]>;
  /** Of the bare server it is compared with, round by round. */
  readonly bare: Record<Page, number[]>;
  perPostPage: string;
}

interface Measured extends Omit<Running, 'server'> {
  readonly answer: ProbeAnswer;
}

/** Every variant in each of a few passes. */
export async function measureRequestCost(
  blog: BenchBlog,
  plan: RequestCostPlan,
): Promise<readonly VariantCost[]> {
  const startMillis = await measureStarts(blog, plan.starts);
  const measured: Measured[] = [];
  for (let pass = 0; pass < plan.passes; pass++) measured.push(...(await measurePass(blog, plan)));
  return VARIANTS.map((variant) => ({
    ...costOf(measured.filter((one) => one.variant === variant)),
    startMillis: startMillis.get(variant.key)!,
  }));
}

/** A server per variant. All stay up for all rounds and take their turn in each, in an order that rotates. */
async function measurePass(blog: BenchBlog, plan: RequestCostPlan): Promise<readonly Measured[]> {
  const running: Running[] = [];
  try {
    for (const variant of VARIANTS) {
      const server = await ServerProcess.start(variant, blog.copy());
      const samples = { post: [], file: [] };
      running.push({ variant, server, samples, bare: running[0]?.samples ?? samples, perPostPage: '' });
    }
    const paths = { post: blog.postPath, file: await fileOf(running[0]!.server, blog.postPath) };
    for (const one of running) {
      one.perPostPage = await notedPerPage(one.server, paths.post);
      if ((one.perPostPage === 'nothing') !== (one.variant.key === 'bare'))
        throw new Error(`${one.variant.label}: telemetry noted ${one.perPostPage} of a page`);
      for (const page of PAGES) await one.server.client.load(paths[page], plan.warmUpRequests);
    }
    for (let round = 0; round < plan.rounds; round++) {
      for (const page of PAGES) {
        for (let turn = 0; turn < running.length; turn++) {
          const { server, samples } = running[(turn + round) % running.length]!;
          const before = await server.ask('cpu');
          await server.client.load(paths[page], plan.requestsPerRound);
          const after = await server.ask('cpu');
          const counted = COUNTED[page];
          samples[page].push((after.cpuMicros[counted] - before.cpuMicros[counted]) / plan.requestsPerRound);
        }
      }
    }
    return await Promise.all(
      running.map(async ({ server, ...one }) => ({ ...one, answer: await server.ask('all') })),
    );
  } finally {
    await Promise.all(running.map(({ server }) => server.stop()));
  }
}

/** Of all servers of one variant. */
function costOf(same: readonly Measured[]): Omit<VariantCost, 'startMillis'> {
  const { variant, perPostPage } = same[0]!;
  const answers = same.map(({ answer }) => answer);
  // Broken telemetry costs something too, but not what is asked here.
  const faults = answers.flatMap((answer) => answer.faults);
  if (faults.length > 0) throw new Error(`${variant.label}: ${faults.join('; ')}`);
  const each = (of: (page: Page) => number): Record<Page, number> => ({ post: of('post'), file: of('file') });
  const added = (page: Page): readonly number[] =>
    same.flatMap(({ samples, bare }) => gaps(samples[page], bare[page]));
  const bufferSpans = answers.reduce((sum, answer) => sum + answer.bufferSpans, 0);
  const bufferBytes = answers.reduce((sum, answer) => sum + answer.bufferBytes, 0);
  return {
    variant,
    cpuMicros: each((page) => median(same.flatMap(({ samples }) => samples[page]))),
    addedMicros: each((page) => median(added(page))),
    errorMicros: each((page) => medianError(added(page))),
    rssBytes: median(answers.map(({ rssBytes }) => rssBytes)),
    perPostPage,
    recordBytes: bufferSpans === 0 ? undefined : bufferBytes / bufferSpans,
  };
}

async function measureStarts(blog: BenchBlog, starts: number): Promise<ReadonlyMap<Variant['key'], number>> {
  const millis = new Map<Variant['key'], number[]>(VARIANTS.map(({ key }) => [key, []]));
  for (let start = 0; start < starts; start++) {
    for (const variant of VARIANTS) {
      const server = await ServerProcess.start(variant, blog.copy());
      millis.get(variant.key)!.push(server.startMillis);
      await server.stop();
    }
  }
  return new Map([...millis].map(([key, values]) => [key, median(values)]));
}

function gaps(values: readonly number[], base: readonly number[]): readonly number[] {
  return values.map((value, index) => value - base[index]!);
}

/** A small file that is streamed from disk, so that telemetry is not drowned in its bytes. */
async function fileOf({ client }: ServerProcess, postPath: string): Promise<string> {
  const page = await client.get(postPath);
  const path = /href="(\/assets\/favicon[^"]+\.svg)"/.exec(page)?.[1];
  if (path === undefined) throw new Error(`no icon is linked from ${postPath}`);
  return path;
}

/** A batch processor keeps up to 511 spans back; over this many pages that rounds away. */
const COUNTED_PAGES = 2048;

async function notedPerPage(server: ServerProcess, path: string): Promise<string> {
  // Once before, so that what is prepared at the first view is not counted.
  await server.client.get(path);
  const before = await server.ask('all');
  await server.client.load(path, COUNTED_PAGES);
  const after = await server.ask('all');
  const perPage = (count: (answer: ProbeAnswer) => number): number =>
    Math.round((count(after) - count(before)) / COUNTED_PAGES);
  const stock = perPage(({ stockSpans }) => stockSpans);
  if (stock > 0) return `${stock} spans`;
  const parts = Object.keys(after.operations)
    .map((type) => [type, perPage(({ operations }) => operations[type] ?? 0)] as const)
    .filter(([, count]) => count > 0)
    .map(([type, count]) => `${count} ${type}`);
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}
