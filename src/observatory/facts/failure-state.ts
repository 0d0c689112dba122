import type { OperationType, TelemetryQuery } from '../../../otel/query.ts';

/** `new`: first seen within a day, see `isNew`. `came back`: within a day, after a day or more without it. `resolved`: not seen for a day, see `runsWithout`. */
export type FailureState = 'new' | 'came back' | 'resolved';

export const NEW_WORDS = 'first seen within the last 24 hours';
export const STATE_WORDS: Readonly<Record<FailureState, string>> = {
  new: `${NEW_WORDS}, of all failures held`,
  resolved: 'not seen for 24 hours or longer, of all failures held, although the same was asked for',
  'came back': 'began again within the last 24 hours, after 24 hours or more without it',
};

/** Both the pause that ends a row of failures, and how long something is new. */
const DAY_MILLIS = 86_400_000;

/** What *new* means on every page, of failures and of log lines: all that is held began within the last 24 hours of the range. */
export function isNew(firstMillis: number, untilMillis: number): boolean {
  return firstMillis >= untilMillis - DAY_MILLIS;
}

/**
 * State of a failure from all its times that are known; undefined if it is neither.
 *
 * @param untilMillis End of the range: states are those of that time.
 */
export function failureState(millis: readonly number[], untilMillis: number): FailureState | undefined {
  const times = millis.toSorted((a, b) => a - b);
  const beganAt = times.findLastIndex((time, at) => at === 0 || time - times[at - 1]! >= DAY_MILLIS);
  const began = times[beganAt];
  if (began === undefined || !isNew(began, untilMillis)) return undefined;
  return beganAt === 0 ? 'new' : 'came back';
}

/** Fewer runs without a failure say nothing. */
const MIN_RUNS = 10;

/**
 * How often an operation ran in the 24 hours before `untilMillis` without the failure, from exact counts; undefined if it failed in them, or ran fewer
 * than 10 times. Kept failures are all failures, unless memory and file had no room for older ones, or a storm was cut.
 */
export function runsWithout(
  {
    type,
    series,
    lastMillis,
  }: { readonly type: OperationType; readonly series: string; readonly lastMillis: number },
  telemetry: Pick<TelemetryQuery, 'timeline'>,
  untilMillis: number,
): number | undefined {
  const range = { fromMillis: untilMillis - DAY_MILLIS, toMillis: untilMillis };
  if (lastMillis >= range.fromMillis) return undefined;
  const cells = telemetry.timeline(type, range, { series, maxPoints: 1 });
  const runs = cells.reduce((sum, { count }) => sum + count, 0);
  return runs < MIN_RUNS ? undefined : runs;
}
