import type { Limits, Objective, TelemetryQuery, TimeRange } from '../../../otel/query.ts';
import { objectiveCounter, type ObjectiveCounts } from './objective-counts.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Over which an objective has to be met. */
export const OBJECTIVE_MILLIS = 30 * DAY;
/** Burn is shown over these, the shortest first. */
export const BURN_WINDOWS = [
  { words: '5 minutes', label: '5 min', millis: 5 * MINUTE },
  { words: '30 minutes', label: '30 min', millis: 30 * MINUTE },
  { words: '1 hour', label: '1 h', millis: HOUR },
  { words: '6 hours', label: '6 h', millis: 6 * HOUR },
  { words: '3 days', label: '3 d', millis: 3 * DAY },
] as const;
/**
 * The multiwindow rules of Google's SRE workbook, chapter 5: burn above the factor over the long window, and over the short one, so that it still
 * burns. At that rate 2 % of the budget goes in 1 hour, 5 % in 6 hours, 10 % in 3 days.
 */
export const BURN_RULES = [
  { level: 'fast', factor: 14.4, long: HOUR, short: 5 * MINUTE },
  { level: 'fast', factor: 6, long: 6 * HOUR, short: 30 * MINUTE },
  { level: 'slow', factor: 1, long: 3 * DAY, short: 6 * HOUR },
] as const;

/** Burn over a window: 1 uses exactly the budget. */
export interface BurnFacts extends ObjectiveCounts {
  readonly words: string;
  readonly millis: number;
  /** Undefined with too few requests. What is undecided counts as bad. */
  readonly burn: number | undefined;
}

export interface ObjectiveFacts extends ObjectiveCounts {
  readonly objective: string;
  readonly kind: Objective['kind'];
  readonly route: string | undefined;
  readonly target: number;
  readonly underMillis: number | undefined;
  /** As counted: whole buckets; later than 30 days ago if counts begin later. */
  readonly window: TimeRange;
  /** Counts of a part of the window are lost. */
  readonly isLowerBound: boolean;
  readonly state: 'met' | 'missed' | 'unclear' | 'too few';
  /** From so many requests on, it is judged. */
  readonly judgedFrom: number;
  /** Share of good requests; if any are undecided, at least, and at most. Undefined without requests. */
  readonly goodShareMin: number | undefined;
  readonly goodShareMax: number | undefined;
  /** Requests that may be bad. */
  readonly budget: number;
  /** Share of the budget that is left at least; below 0 if more than all is used. Undefined without requests. */
  readonly budgetLeft: number | undefined;
  readonly burns: readonly BurnFacts[];
  readonly burning: 'fast' | 'slow' | undefined;
}

type Counted = Pick<TelemetryQuery, 'series' | 'heatMap' | 'coverage'>;

/** Of fewer requests, one bad one is more than the budget. */
export function judgedFrom({ target }: Objective, minCount: number): number {
  return Math.max(minCount, Math.ceil(Number((1 / (1 - target)).toPrecision(9))));
}

/** Bad requests in relation to those that the target allows; undefined below `minCount` requests. */
export function burnOf(
  { total, bad, undecided }: ObjectiveCounts,
  { target }: Objective,
  minCount: number,
): number | undefined {
  return total < minCount || total === 0 ? undefined : (bad + undecided) / total / (1 - target);
}

/** Every objective with its budget and burn. `now` is telemetry's clock. */
export function objectiveFacts(
  telemetry: Counted,
  { objectives, minCount }: Pick<Limits, 'objectives' | 'minCount'>,
  now: number,
): readonly ObjectiveFacts[] {
  const count = objectiveCounter(telemetry);
  const windowOf = (millis: number) => telemetry.coverage({ fromMillis: now - millis, toMillis: now + 1 });
  const parts = BURN_WINDOWS.map(({ words, millis }) => ({ words, millis, part: windowOf(millis) }));
  const { fromMillis, toMillis, countedFromMillis, missing } = windowOf(OBJECTIVE_MILLIS);
  const whole = { fromMillis, toMillis };
  const window = { fromMillis: Math.max(fromMillis, Math.min(countedFromMillis, now)), toMillis: now };
  return objectives.map((objective) => {
    const counts = count(objective, whole);
    const burns = parts.map(({ words, millis, part }): BurnFacts => {
      const counted = count(objective, part);
      return { words, millis, ...counted, burn: burnOf(counted, objective, minCount) };
    });
    const { text, kind, route, target, underMillis } = objective;
    return {
      objective: text,
      kind,
      route,
      target,
      underMillis,
      window,
      isLowerBound: missing.length > 0,
      ...standing(counts, target, judgedFrom(objective, minCount)),
      burns,
      burning: burningOf(burns),
    };
  });
}

function standing(counts: ObjectiveCounts, target: number, from: number) {
  const { total, bad, undecided } = counts;
  const budget = total * (1 - target);
  // A budget is a product of binary fractions.
  const isOver = (count: number): boolean => count > budget * (1 + 1e-9);
  const state: ObjectiveFacts['state'] =
    total < from ? 'too few' : isOver(bad) ? 'missed' : isOver(bad + undecided) ? 'unclear' : 'met';
  return {
    ...counts,
    state,
    judgedFrom: from,
    goodShareMin: total === 0 ? undefined : 1 - (bad + undecided) / total,
    goodShareMax: total === 0 ? undefined : 1 - bad / total,
    budget,
    budgetLeft: total === 0 ? undefined : 1 - (bad + undecided) / budget,
  };
}

function burningOf(burns: readonly BurnFacts[]): ObjectiveFacts['burning'] {
  const over = (length: number, factor: number): boolean =>
    (burns.find(({ millis }) => millis === length)?.burn ?? 0) > factor;
  return BURN_RULES.find(({ factor, long, short }) => over(long, factor) && over(short, factor))?.level;
}
