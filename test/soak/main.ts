import { parseArgs } from 'node:util';
import { keptShares } from '../otel/sampling/kept-shares.ts';
import { leastSquaresSlope } from './least-squares-slope.ts';
import { createSoakPipeline } from './soak-pipeline.ts';
import { replayLog } from './replayed-log.ts';
import { SoakTraffic } from './soak-traffic.ts';
import { measureStructures, type Structure } from './structures.ts';

/** Ten times a busy blog: some 80 pages of five spans a second. */
const SPANS_PER_SECOND = 2000;
const TICK_MILLIS = 50;
const REPORT_EVERY_MILLIS = 10_000;
/** Rings and verdicts fill first; the slope is that of what comes after. */
const WARM_UP_SHARE = 0.3;
const MAX_SLOPE_MB_PER_HOUR = 1;
/** A shorter run cannot tell a slope from the sawtooth of the heap. */
const MIN_MINUTES_FOR_SLOPE = 10;
const SEEDS = 20;
const DRAWS = 1_000_000;

const HELP = `npm run soak -- [--minutes N] [--spans-per-second N]
npm run soak -- --log FILE [--posts DIR] [--days N]
With a traffic log: replays days of it (default 1) against a real server whose clocks are moved, with three restarts in it, and prints what
every page says beside what was sent. Exit code 1: some place says something else.

Without:
Drives the span processor, the trace ring and the aggregates like ten busy blogs (default: 2 minutes at ${SPANS_PER_SECOND} spans/s)
and prints the heap and every bounded structure each 10 s. Exit code 1: a cap was exceeded, spans went missing, a kept share was
off by more than 4 sigma, or, from ${MIN_MINUTES_FOR_SLOPE} minutes on, the heap grew faster than ${MAX_SLOPE_MB_PER_HOUR} MB/h after warm-up.
`;

const { values } = parseArgs({
  options: {
    log: { type: 'string' },
    posts: { type: 'string' },
    days: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '2' },
    'spans-per-second': { type: 'string', default: String(SPANS_PER_SECOND) },
    help: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
const spansPerSecond = Number(values['spans-per-second']);
if (values.help || !(minutes > 0 && minutes <= 1440) || !(spansPerSecond > 0 && spansPerSecond <= 100_000)) {
  process.stdout.write(HELP);
  process.exit(values.help ? 0 : 2);
}
if (values.log !== undefined) process.exit(await replayLog(values.log, values.posts, Number(values.days)));
if (globalThis.gc === undefined) {
  process.stderr.write('Start it with npm run soak: it needs node --expose-gc.\n');
  process.exit(2);
}
process.exit(await soak());

async function soak(): Promise<number> {
  const problems = [...checkShares()];
  const pipeline = createSoakPipeline();
  const traffic = new SoakTraffic(pipeline.tracer);
  const startedMillis = performance.now();
  const endMillis = startedMillis + minutes * 60_000;
  const heap: { readonly hours: number; readonly megabytes: number }[] = [];
  const structures = (): readonly Structure[] => measureStructures(pipeline);
  const exceeded = new Set<string>();
  let nextReport = startedMillis + REPORT_EVERY_MILLIS;
  let made = 0;

  for (let now = startedMillis; now < endMillis; now = performance.now()) {
    const due = Math.floor(((now - startedMillis) / 1000) * spansPerSecond);
    while (made < due) made += traffic.play();
    for (const one of structures())
      if (one.size > one.max) exceeded.add(`${one.name}: ${one.size} > ${one.max}`);
    if (now >= nextReport) {
      nextReport += REPORT_EVERY_MILLIS;
      heap.push({ hours: (now - startedMillis) / 3_600_000, megabytes: heapMegabytes() });
      report(now - startedMillis, made, heap.at(-1)!.megabytes, structures());
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MILLIS));
  }
  traffic.endStreams();
  await pipeline.processor.shutdown();
  problems.push(...exceeded, ...pipeline.conservationProblems());

  const steady = heap.filter(({ hours }) => hours >= (minutes / 60) * WARM_UP_SHARE);
  const slope = leastSquaresSlope(steady.map(({ hours, megabytes }) => [hours, megabytes]));
  const isJudged = minutes >= MIN_MINUTES_FOR_SLOPE;
  process.stdout.write(
    `\nheap slope ${slope.toFixed(2)} MB/h over ${steady.length} points after warm-up${isJudged ? '' : ' (reported only: the run is too short to judge it)'}\n`,
  );
  if (isJudged && slope > MAX_SLOPE_MB_PER_HOUR)
    problems.push(`the heap grew by ${slope.toFixed(2)} MB/h, more than ${MAX_SLOPE_MB_PER_HOUR}`);
  const faults = pipeline.guard
    .faults()
    .map(({ place, count, lastMessage }) => `${count} faults in ${place}: ${lastMessage}`);
  problems.push(...faults);
  process.stdout.write(
    problems.length === 0 ? 'soak: passed\n' : `soak: FAILED\n  ${problems.join('\n  ')}\n`,
  );
  return problems.length === 0 ? 0 : 1;
}

function report(
  elapsedMillis: number,
  spans: number,
  megabytes: number,
  structures: readonly Structure[],
): void {
  const sizes = structures.map(({ name, size, max }) => `${name} ${size}/${max}`).join('  ');
  process.stdout.write(
    `${Math.round(elapsedMillis / 1000)} s  ${spans} spans  heap ${megabytes.toFixed(2)} MB  ${sizes}\n`,
  );
}

function heapMegabytes(): number {
  globalThis.gc!();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** The full number of draws that the test makes fewer of (G14). */
function* checkShares(): Iterable<string> {
  let widest = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    for (const { p, sigmas } of keptShares(seed, DRAWS)) {
      widest = Math.max(widest, sigmas);
      if (sigmas > 4) yield `seed ${seed} keeps a share ${sigmas.toFixed(1)} sigma from ${p}`;
    }
  }
  process.stdout.write(
    `kept shares: ${SEEDS} seeds x ${DRAWS} draws, at most ${widest.toFixed(2)} sigma from p\n`,
  );
}
