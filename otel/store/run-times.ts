import type { ProcessRun } from './run-table.ts';

/** Clocks are read one after the other, and are slewed. */
const SKEW_MILLIS = 2000;
const SLEW = 0.001;

export function isSameBoot(before: ProcessRun, next: ProcessRun): boolean {
  return before.boot !== undefined && before.boot !== '' && before.boot === next.boot;
}

/**
 * From the end of one to the start of the next, negative if they overlap; by the machine's uptime if it can be, since the wall clock may have been set
 * meanwhile. None survives a boot, even if the clock is behind after it.
 */
export function gapMillis(before: ProcessRun, next: ProcessRun): number {
  if (isSameBoot(before, next)) return next.startedUptime - before.seenUptime;
  const millis = next.startedMillis - before.seenMillis;
  return before.boot && next.boot ? Math.max(0, millis) : millis;
}

/** When a run ended, as every page has it: by the clock at the start of the next one, as it may have been set meanwhile. */
export function endMillis(before: ProcessRun, next: ProcessRun): number {
  return next.startedMillis - gapMillis(before, next);
}

/** By how much the clock was set between two runs; 0 if it was not, or that cannot be told. */
export function clockSetMillis(before: ProcessRun, next: ProcessRun): number {
  const gap = gapMillis(before, next);
  const by = next.startedMillis - before.seenMillis - gap;
  return isSameBoot(before, next) && Math.abs(by) > SKEW_MILLIS + gap * SLEW ? by : 0;
}

/** Returns true if `other` was seen later than `run`, which started before it. */
export function endsLater(other: ProcessRun, run: ProcessRun): boolean {
  return gapMillis(run, { ...other, startedMillis: other.seenMillis, startedUptime: other.seenUptime }) >= 0;
}

/** Runs of each process: its start, and its wake-ups of a suspended machine. */
export function processesOf(runs: readonly ProcessRun[]): readonly (readonly ProcessRun[])[] {
  const found: ProcessRun[][] = [];
  for (const run of runs) {
    const woken = run.resumed ? found.findLast((each) => each[0]?.pid === run.pid) : undefined;
    if (woken === undefined) found.push([run]);
    else woken.push(run);
  }
  return found;
}

/** By the machine's uptime where that is known. */
export function ranMillis(runs: readonly ProcessRun[]): number {
  return runs.reduce(
    (sum, { boot, startedMillis, startedUptime, seenMillis, seenUptime }) =>
      sum + Math.max(0, boot ? seenUptime - startedUptime : seenMillis - startedMillis),
    0,
  );
}
