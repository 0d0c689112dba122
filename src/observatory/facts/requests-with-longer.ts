import type { SampledSpan, SampledTrace, TelemetryQuery, TimeRange } from '../../../otel/query.ts';
import { type HeldAsked, heldRequests } from './held-requests.ts';
import { drawnFrom } from './sampled-values.ts';
import { type Interval, intervalOfSum } from './weighted-interval.ts';

/** Traces that are read, in steps: 40 ms. */
const MAX_READ = 1000;

/** In how many requests, kept or not, an operation took longer: from the weights of those that were kept, by a confidence of 95 %. */
export interface RequestsWithLonger extends Interval {
  /** Some that were kept are no longer held, or have no known weight: only `from` is known. */
  readonly isLowerBound: boolean;
  /** Kept traces with such an operation that no request began. */
  readonly besides: number;
}

/** What is asked of an operation. */
export interface AskedLonger {
  readonly type: 'database' | 'render';
  readonly millis: number;
  readonly isAtLeast: boolean;
  /** Of one statement or template. */
  readonly series?: string | undefined;
  /** Other conditions on the trace: for each, whether a span meets it. */
  readonly others: readonly ((span: SampledSpan) => boolean)[];
}

export type EstimateAsked = HeldAsked &
  Pick<TelemetryQuery, 'sampleTraces' | 'sampling' | 'markers' | 'operations'>;

/**
 * A few traces are read in each step.
 *
 * @param range As it is counted.
 * @param most So many operations took so long: no more requests had one.
 */
export function* requestsWithLonger(
  telemetry: EstimateAsked,
  range: TimeRange,
  asked: AskedLonger,
  most: number,
): Generator<undefined, RequestsWithLonger> {
  const { type, series, millis } = asked;
  const { marked } = yield* telemetry.sampleTraces({
    range,
    type,
    series,
    marked: 'slow',
    slowMillis: millis,
    limit: MAX_READ,
  });
  const found = marked.traces.flatMap((trace) => {
    const weight = weightOf(trace, asked);
    return weight === undefined ? [] : [{ trace, weight }];
  });
  const each = drawnFrom(marked);
  const requests = found.filter(({ trace }) => trace.spans.some((span) => span.type === 'http'));
  const kept = Math.round(requests.length * each);
  const least = leastProbability(telemetry, range, asked);
  const isWhole = each === 1 || (least === undefined && found.length === marked.traces.length);
  const weights = requests.map(({ weight }) => (Number.isFinite(weight) ? weight : 1) * (isWhole ? 1 : each));
  const { from, to } =
    isWhole && least === undefined ? { from: kept, to: kept } : intervalOfSum(weights, least);
  const gone = heldRequests(telemetry, range)?.gone ?? 1;
  return {
    from: Math.max(kept, Math.min(Math.round(from), most)),
    to: Math.max(kept, Math.min(Math.ceil(to), most)),
    isLowerBound: gone > 0 || requests.some(({ weight }) => !Number.isFinite(weight)),
    besides: Math.round((found.length - requests.length) * each),
  };
}

/**
 * How many requests like it a trace stands for; infinite if that is not known, undefined if it does not match. All spans of a trace are kept by one
 * random number, so that of several which meet a condition the one that is kept most often decides, and of several conditions the one that is met
 * least often.
 */
function weightOf({ spans }: SampledTrace, asked: AskedLonger): number | undefined {
  const isLong = (span: SampledSpan): boolean =>
    span.type === asked.type &&
    (asked.series === undefined || span.series === asked.series) &&
    (asked.isAtLeast ? span.durationMillis >= asked.millis : span.durationMillis > asked.millis);
  let weight = 1;
  for (const isMet of [isLong, ...asked.others]) {
    const meeting = spans.filter(isMet);
    if (meeting.length === 0) return undefined;
    weight = Math.max(weight, Math.min(...meeting.map(keptFor)));
  }
  return weight;
}

/** The request of a kept span is kept with it. */
function keptFor({ type, weight }: SampledSpan): number {
  return type === 'http' ? 1 : (weight ?? Infinity);
}

/** With which probability an operation that took so long was kept, at least; undefined if all were. */
function leastProbability(
  telemetry: EstimateAsked,
  range: TimeRange,
  { type, millis }: AskedLonger,
): number | undefined {
  const { count, kept } = telemetry.operations(range)[type];
  if (kept >= count) return undefined;
  const { rates, thresholdsSeconds, storm, ruleTexts = [] } = telemetry.sampling();
  const hasChanged = telemetry.markers(range).some(({ kind }) => kind === 'settings');
  if (ruleTexts.length > 0 || hasChanged || storm.cut > 0) return 0;
  return millis >= thresholdsSeconds[type] * 1000 ? undefined : rates[type];
}
