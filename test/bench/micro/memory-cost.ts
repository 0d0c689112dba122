import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Figure } from './figure.ts';
import { createPipeline } from './pipeline.ts';
import { play, postPage } from './traces.ts';

const PAGES = 4000;
/** Enough for verdicts, series and buckets to be as large as they get. */
const WARM_UP_PAGES = 20_000;

/** What stays on the heap of an operation that was let go, and of one that was kept. */
export async function measureMemory(): Promise<readonly Figure[]> {
  const spansPerPage = postPage().length;
  const dropping = createPipeline(0);
  const dropped = heapGrowth(
    () => playPages(dropping, PAGES),
    () => playPages(dropping, WARM_UP_PAGES),
  );
  await dropping.processor.shutdown();

  // Verdicts and aggregates were filled before; then the ring alone grows.
  const keeping = createPipeline(1, { maxTraces: WARM_UP_PAGES + PAGES, maxBytes: 2 ** 30 });
  const kept = heapGrowth(
    () => playPages(keeping, PAGES),
    () => playPages(keeping, WARM_UP_PAGES),
  );
  await keeping.processor.shutdown();
  return [
    {
      what: 'heap retained per dropped operation',
      value: Math.max(0, dropped / (PAGES * spansPerPage)),
      unit: 'bytes',
      target: 1,
    },
    {
      what: 'heap retained per kept operation',
      value: kept / (PAGES * spansPerPage),
      unit: 'bytes',
      target: 512,
    },
  ];
}

function playPages({ processor }: ReturnType<typeof createPipeline>, pages: number): void {
  for (let page = 0; page < pages; page++) play(processor, postPage());
  processor.settle();
}

function heapGrowth(work: () => void, warmUp: () => void): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  warmUp();
  collect();
  const before = process.memoryUsage().heapUsed;
  work();
  collect();
  return process.memoryUsage().heapUsed - before;
}
