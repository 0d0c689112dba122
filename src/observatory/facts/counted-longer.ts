import type {
  HeatMap,
  OperationType,
  SampledSpan,
  TelemetryQuery,
  TimeRange,
  TraceFilter,
  TraceTerm,
} from '../../../otel/query.ts';
import { attributeOf } from '../trace/attribute-of.ts';
import { type EstimateAsked, requestsWithLonger, type RequestsWithLonger } from './requests-with-longer.ts';
import { finished } from './shared-steps.ts';
import type { Interval } from './weighted-interval.ts';

/** How many operations took longer than a search asks for, whether a trace of them is held or not. */
export interface CountedLonger {
  readonly type: 'http' | 'database' | 'render';
  readonly millis: number;
  readonly isAtLeast: boolean;
  /**
   * All that are counted; undefined if counts cannot tell them apart. Both ends are the same unless one took about as long as the bound, as durations
   * are counted in steps of 2 %.
   */
  readonly counted: Interval | undefined;
  /** Counts of the range are lost. */
  readonly isLowerBound: boolean;
  /** Of one route, statement or template, not of all. */
  readonly isOfSeries: boolean;
  /** Of statements and renders: how many requests match; undefined for requests, which are counted. */
  readonly requests: RequestsWithLonger | undefined;
}

type Counted = EstimateAsked & Pick<TelemetryQuery, 'heatMap' | 'series'>;
type Filter = Omit<TraceFilter, 'range' | 'terms'>;
type Duration = Extract<TraceTerm, { field: 'duration' }>;

const TYPES_OF = { trace: 'http', database: 'database', render: 'render' } as const;
/** Each is read by itself. */
const MAX_SERIES = 50;
/** From here on a bucket has all that took longer. */
const LAST_BUCKET_MILLIS = 3_600_000;

/** By range, which is that of one look at a page. */
const prepared = new WeakMap<TimeRange, CountedLonger | undefined>();

/** Counts for this range in steps, as it reads traces. */
export function* prepareCountedLonger(
  telemetry: Counted,
  range: TimeRange,
  filter: Filter,
  terms: readonly TraceTerm[],
): Generator<undefined, void> {
  prepared.set(range, yield* count(telemetry, range, filter, terms));
}

/** Undefined for a search whose other terms the counts cannot tell, or that asks for no longer time. */
export function countedLonger(
  telemetry: Counted,
  range: TimeRange,
  filter: Filter,
  terms: readonly TraceTerm[],
): CountedLonger | undefined {
  return prepared.has(range) ? prepared.get(range) : finished(count(telemetry, range, filter, terms));
}

function* count(
  telemetry: Counted,
  asked: TimeRange,
  filter: Filter,
  terms: readonly TraceTerm[],
): Generator<undefined, CountedLonger | undefined> {
  const wanted = ofTerms(terms, filter) ?? ofOperation(terms, filter);
  if (wanted === undefined) return undefined;
  const { type, millis, isAtLeast, isOne } = wanted;
  const { missing, ...range } = telemetry.coverage(asked);
  const counted = wanted.isCounted ? countedIn(telemetry, range, wanted) : undefined;
  const isLowerBound = missing.length > 0;
  const said = { type, millis, isAtLeast, counted, isLowerBound, isOfSeries: isOne !== undefined };
  if (type === 'http') return counted && { ...said, requests: undefined };
  // Another statement than the long one may have the text.
  const isBounded = isOne === undefined || filter.series !== undefined;
  const bound = isBounded ? counted : countedIn(telemetry, range, { ...wanted, isOne: undefined });
  const most = isLowerBound ? Infinity : Math.min(bound?.to ?? Infinity, wanted.ofRoutes(telemetry, range));
  const requests = yield* requestsWithLonger(
    telemetry,
    range,
    { type, millis, isAtLeast, series: filter.series, others: wanted.others },
    most,
  );
  return { ...said, requests };
}

/** Undefined for too many series. */
function countedIn(
  telemetry: Counted,
  range: TimeRange,
  { type, millis, isOne }: Wanted,
): Interval | undefined {
  const names =
    isOne === undefined
      ? [undefined]
      : telemetry
          .series(type, range)
          .filter((row) => isOne(row.name, row.summary))
          .map(({ name }) => name);
  if (names.length > MAX_SERIES) return undefined;
  return names
    .map((series) => {
      const options = { maxColumns: 1, bucketsPerBand: 1, ...(series !== undefined && { series }) };
      return above(telemetry.heatMap(type, range, options), millis);
    })
    .reduce((sum, { from, to }) => ({ from: sum.from + from, to: sum.to + to }), { from: 0, to: 0 });
}

interface Wanted {
  readonly type: CountedLonger['type'];
  readonly millis: number;
  readonly isAtLeast: boolean;
  /** Whether a series is of what is asked; undefined for all. */
  readonly isOne: ((name: string, summary: string | undefined) => boolean) | undefined;
  /** False if the counts of series cannot tell. */
  readonly isCounted: boolean;
  /** Requests of the routes and methods that are asked for; infinite for all. */
  readonly ofRoutes: (telemetry: Counted, range: TimeRange) => number;
  /** Whether a span meets the other terms, one each. */
  readonly others: readonly ((span: SampledSpan) => boolean)[];
}

/** `db>30ms`, `dur>1s route:/search`. */
function ofTerms(terms: readonly TraceTerm[], filter: Filter): Wanted | undefined {
  const durations = terms.filter((term): term is Duration & TraceTerm => term.field === 'duration');
  const others = terms.filter((term) => term.field !== 'duration');
  const [duration] = durations;
  if (duration === undefined || durations.length > 1 || isOfOperation(filter)) return undefined;
  const { of, comparison, millis, negated } = duration;
  if (negated === true || (comparison !== '>' && comparison !== '>=')) return undefined;
  const tests = others.flatMap((term) => testOf(term) ?? []);
  if (tests.length < others.length) return undefined;
  const type = TYPES_OF[of];
  const isOne: Wanted['isOne'] =
    tests.length === 0 ? undefined : (name, summary) => tests.every(({ isOne: has }) => has(name, summary));
  return {
    type,
    millis,
    isAtLeast: comparison === '>=',
    isOne,
    ofRoutes: (telemetry, range) => requestsOf(telemetry, range, tests),
    isCounted: tests.every((test) => test.type === type && test.ofSpan === undefined),
    others: tests.map(
      ({ type: of, isOne: has, ofSpan = () => true }) =>
        (span) =>
          span.type === of &&
          has(span.series, String(attributeOf(span.attributes, 'db.query.summary') ?? '')) &&
          ofSpan(span),
    ),
  };
}

/** The restrictions of one operation: a statement that took at least so long. */
function ofOperation(
  terms: readonly TraceTerm[],
  { type, series, minMillis, maxMillis, status, reason }: Filter,
): Wanted | undefined {
  if (terms.length > 0 || minMillis === undefined || !isCountedByTime(type)) return undefined;
  if (maxMillis !== undefined || status !== undefined || reason !== undefined) return undefined;
  const isOne = series === undefined ? undefined : (name: string): boolean => name === series;
  const ofRoutes = (): number => Infinity;
  return { type, millis: minMillis, isAtLeast: true, isOne, isCounted: true, ofRoutes, others: [] };
}

function requestsOf(telemetry: Counted, range: TimeRange, tests: readonly TermTest[]): number {
  const ofNames = tests.filter(({ type, ofSpan }) => type === 'http' && ofSpan === undefined);
  if (ofNames.length === 0) return Infinity;
  return telemetry
    .series('http', range)
    .filter(({ name }) => ofNames.every(({ isOne }) => isOne(name, undefined)))
    .reduce((sum, { count }) => sum + count, 0);
}

function isCountedByTime(type: OperationType | undefined): type is CountedLonger['type'] {
  return type === 'http' || type === 'database' || type === 'render';
}

function isOfOperation(filter: Filter): boolean {
  return Object.keys(filter).some((key) => key !== 'sort');
}

interface TermTest {
  readonly type: OperationType;
  readonly isOne: NonNullable<Wanted['isOne']>;
  /** What names of series do not tell. */
  readonly ofSpan?: (span: SampledSpan) => boolean;
}

/** What a term asks of one span; undefined if one alone cannot tell. */
function testOf(term: TraceTerm): TermTest | undefined {
  const negated = term.negated === true;
  if (term.field === 'status')
    return {
      type: 'http',
      isOne: () => true,
      ofSpan: ({ attributes }) => {
        const status = Number(attributeOf(attributes, 'http.response.status_code') ?? 0);
        return (status >= term.min && status <= term.max) !== negated;
      },
    };
  if (term.field === 'statement' && !negated) {
    const text = term.text.toLowerCase();
    return {
      type: 'database',
      isOne: (name, summary) =>
        name.toLowerCase().includes(text) || summary?.toLowerCase().includes(text) === true,
    };
  }
  if (term.field !== 'route' && term.field !== 'method') return undefined;
  const text = term.text.toLowerCase();
  const at = term.field === 'method' ? 0 : 1;
  return {
    type: 'http',
    isOne: (name) => {
      const space = name.indexOf(' ');
      const part = [name.slice(0, space), name.slice(space + 1)][at]?.toLowerCase() ?? '';
      return (term.begins === true ? part.startsWith(text) : part === text) !== negated;
    },
  };
}

/** A bucket that the bound is in belongs to it with all or none of its durations. */
function above({ bandEdgesMillis, columns }: HeatMap, millis: number): Interval {
  let [from, to] = [0, 0];
  for (const { counts } of columns)
    for (const [band, here] of counts.entries()) {
      const first = bandEdgesMillis[band] ?? 0;
      const last = bandEdgesMillis[band + 1] ?? Infinity;
      if (last <= millis && last < LAST_BUCKET_MILLIS) continue;
      to += here;
      if (first >= millis) from += here;
    }
  return { from, to };
}
