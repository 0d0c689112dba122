import type {
  DurationSummary,
  OperationType,
  SeriesSummary,
  TelemetryQuery,
  TimeRange,
} from '../../../otel/query.ts';
import { burnOf } from '../objectives/objective-facts.ts';
import { objectiveCounter } from '../objectives/objective-counts.ts';
import { PERCENTILES, type AlertRule } from '../../process/alert-rule.ts';

/** What telemetry says about a rule's window. */
export interface Reading {
  /** By the unit of the rule's metric; undefined if there is nothing to measure. */
  readonly value: number | undefined;
  /** Operations in the window. */
  readonly count: number;
  /** The counted window: whole buckets, so it may be slightly longer than the rule's. */
  readonly window: TimeRange;
  /** Why the rule cannot judge, as in "too few requests"; undefined if it can. */
  readonly unjudged: string | undefined;
  /** More about the value: the error of a failing export. */
  readonly detail?: string | undefined;
}

/** Counts of every operation in the window, whether a span was kept or not. */
interface Counted {
  readonly count: number;
  readonly errors: number;
  readonly durationMillis: DurationSummary | undefined;
  readonly series: readonly SeriesSummary[];
}

type SeriesOf = (type: OperationType, window: TimeRange) => readonly SeriesSummary[];

/**
 * Reads values of rules from exact counts, for windows that end now. Rules of one window share their series, which cost most. `now` is telemetry's
 * clock; `freeBytes` is what the disk has left, undefined if that is unknown.
 */
export function ruleReader(
  telemetry: TelemetryQuery,
  now: number,
  freeBytes: () => number | undefined,
): (rule: AlertRule) => Reading {
  const read = new Map<string, readonly SeriesSummary[]>();
  const seriesOf: SeriesOf = (type, window) => {
    const key = `${type} ${window.fromMillis} ${window.toMillis}`;
    const series = read.get(key) ?? telemetry.series(type, window);
    read.set(key, series);
    return series;
  };
  return (rule) => readRule(rule, { telemetry, now, seriesOf, freeBytes });
}

interface Source {
  readonly telemetry: TelemetryQuery;
  readonly now: number;
  readonly seriesOf: SeriesOf;
  readonly freeBytes: () => number | undefined;
}

function readRule(rule: AlertRule, source: Source): Reading {
  const { telemetry, now } = source;
  const asked = { fromMillis: now - rule.windowMillis, toMillis: now };
  if (rule.isByLimit && Number.isNaN(rule.threshold))
    return { value: undefined, count: 0, window: asked, unjudged: 'its limit is off' };
  if (rule.metric === 'disk') return diskReading(source.freeBytes(), asked);
  if (rule.metric === 'burn') return burnReading(rule, source);
  if (rule.metric === 'export') return exportReading(telemetry, asked);
  if (rule.metric === 'loop') return loopReading(telemetry, asked);
  if (rule.metric === 'worst_route') return worstRouteReading(rule, source, asked);
  const coverage = telemetry.coverage(asked);
  const window = { fromMillis: coverage.fromMillis, toMillis: coverage.toMillis };
  const { type, route } = rule;
  const counted = countedIn(rule, source, window);
  const { count } = counted;
  const words = type === 'http' ? 'requests' : `operations of ${type}`;
  const reading = (value: number | undefined, unjudged?: string): Reading => ({
    value,
    count,
    window,
    unjudged,
    ...(unjudged === undefined && { detail: mostly5xx(rule, counted.series) }),
  });
  if (count < rule.minCount || (rule.minCount > 0 && count === 0))
    return reading(undefined, `too few ${words}: ${count}, and it judges from ${rule.minCount}`);
  const value = valueOf(rule, counted);
  if (rule.operator.startsWith('<')) {
    // Before the process started nobody could ask, and a clock that was set leaves an empty window.
    if (telemetry.process().startedAtMillis > asked.fromMillis)
      return reading(value, 'the process is younger than the window');
    if (telemetry.markers(asked).some(({ kind }) => kind === 'clock'))
      return reading(value, 'the clock was set within the window');
  }
  return route !== undefined && value === undefined ? reading(undefined, `no ${words}`) : reading(value);
}

function countedIn(
  { metric, type, route }: AlertRule,
  { telemetry, seriesOf }: Source,
  window: TimeRange,
): Counted {
  if (route !== undefined) {
    const found = seriesOf(type, window).find(({ name }) => name === route);
    return found === undefined
      ? { count: 0, errors: 0, durationMillis: undefined, series: [] }
      : { ...found, series: [found] };
  }
  const summary = telemetry.operations(window)[type];
  return { ...summary, series: metric === '5xx' ? seriesOf(type, window) : [] };
}

function valueOf(
  { metric }: AlertRule,
  { count, errors, durationMillis, series }: Counted,
): number | undefined {
  switch (metric) {
    case 'requests':
      return count;
    case 'failures':
      return errors;
    case 'failed':
      return count === 0 ? undefined : errors / count;
    case '5xx':
      return count === 0 ? undefined : answersOf5xx(series) / count;
    default: {
      const percentile = PERCENTILES.find((known) => known === metric);
      return percentile === undefined ? undefined : durationMillis?.[percentile];
    }
  }
}

/** The route with more than half of the 5xx of all, with its own share: no rule by default is of one route. */
function mostly5xx({ metric, route }: AlertRule, series: readonly SeriesSummary[]): string | undefined {
  if (metric !== '5xx' || route !== undefined) return undefined;
  const all = answersOf5xx(series);
  const most = series.find((row) => 2 * answersOf5xx([row]) > all);
  return most && `${answersOf5xx([most])} of the ${most.count} at ${most.name}`;
}

function answersOf5xx(series: readonly SeriesSummary[]): number {
  return series
    .flatMap(({ statuses = [] }) => statuses)
    .reduce((sum, { status, count }) => (typeof status === 'number' && status >= 500 ? sum + count : sum), 0);
}

/** Of the routes with enough requests, the one of which the largest share failed. */
function worstRouteReading(
  { minCount }: AlertRule,
  { telemetry, seriesOf }: Source,
  asked: TimeRange,
): Reading {
  const { fromMillis, toMillis } = telemetry.coverage(asked);
  const window = { fromMillis, toMillis };
  const [worst] = seriesOf('http', window)
    .filter(({ count }) => count >= Math.max(1, minCount))
    .map(({ name, count, errors }) => ({ name, count, value: errors / count }))
    .sort((a, b) => b.value - a.value);
  return worst === undefined
    ? { value: undefined, count: 0, window, unjudged: `no route has ${minCount} requests` }
    : { value: worst.value, count: worst.count, window, unjudged: undefined, detail: `at ${worst.name}` };
}

function diskReading(value: number | undefined, window: TimeRange): Reading {
  const unjudged = value === undefined ? 'the system does not say how much space is left' : undefined;
  return { value, count: 1, window, unjudged };
}

/** A twelfth of the window, in which it has to burn as well. */
const SHORT_PART = 12;

/** The highest burn of the objectives: of each the lower one of its window and of a short one, so that it ends soon after the cause. */
function burnReading({ route, windowMillis }: AlertRule, { telemetry, now }: Source): Reading {
  const { objectives, minCount } = telemetry.limits();
  const count = objectiveCounter(telemetry);
  const windowOf = (millis: number): TimeRange =>
    telemetry.coverage({ fromMillis: now - millis, toMillis: now + 1 });
  const window = windowOf(windowMillis);
  const short = windowOf(windowMillis / SHORT_PART);
  const burns = objectives
    .filter((each) => route === undefined || each.route === route)
    .flatMap((each) => {
      const [long, recent] = [window, short].map((part) => burnOf(count(each, part), each, minCount));
      return long === undefined || recent === undefined
        ? []
        : [{ burn: Math.min(long, recent), text: each.text }];
    })
    .sort((a, b) => b.burn - a.burn);
  const [highest] = burns;
  return {
    value: highest?.burn,
    count: burns.length,
    window: { fromMillis: window.fromMillis, toMillis: window.toMillis },
    unjudged: highest === undefined ? 'no objective has enough requests' : undefined,
    detail: highest?.text,
  };
}

/** The longest time that the loop was held. */
function loopReading(telemetry: TelemetryQuery, window: TimeRange): Reading {
  const delays = telemetry
    .runtime(window)
    .map((sample) => sample.eventLoopDelayMaxMillis)
    .filter((millis) => Number.isFinite(millis));
  const value = delays.length === 0 ? undefined : Math.max(...delays);
  return { value, count: delays.length, window, unjudged: value === undefined ? 'no samples' : undefined };
}

function exportReading(telemetry: TelemetryQuery, window: TimeRange): Reading {
  const exports = telemetry.export().filter(({ isRemote, isOn }) => isRemote && isOn);
  const failing = exports.find(({ failingSinceMillis }) => failingSinceMillis !== undefined);
  return {
    value: exports.length === 0 ? undefined : failing === undefined ? 0 : 1,
    count: exports.length,
    window,
    unjudged: exports.length === 0 ? 'no exporter is set, or export is off' : undefined,
    detail:
      failing === undefined
        ? undefined
        : `${failing.signal}: ${failing.lastError?.message ?? 'unknown error'}`,
  };
}
