import type {
  HeatMap,
  OperationType,
  TelemetryQuery,
  TimeRange,
  TraceFilter,
  TraceTerm,
} from '../../../otel/query.ts';

/** How many operations took longer than a search asks for: all that are counted, whether a trace of them is held or not. */
export interface CountedLonger {
  readonly type: 'http' | 'database' | 'render';
  readonly millis: number;
  readonly isAtLeast: boolean;
  readonly count: number;
  /** True unless none took as long as the bound, within the 2 % that durations are counted by. */
  readonly isAbout: boolean;
  /** Of one route, statement or template, not of all. */
  readonly isOfSeries: boolean;
}

type Counted = Pick<TelemetryQuery, 'coverage' | 'heatMap' | 'series'>;
type Duration = Extract<TraceTerm, { field: 'duration' }>;

const TYPES_OF = { trace: 'http', database: 'database', render: 'render' } as const;
/** Each is read by itself. */
const MAX_SERIES = 50;

/** Undefined for a search whose other terms the counts cannot tell, or that asks for no longer time. */
export function countedLonger(
  telemetry: Counted,
  asked: TimeRange,
  filter: Omit<TraceFilter, 'range' | 'terms'>,
  terms: readonly TraceTerm[],
): CountedLonger | undefined {
  const wanted = ofTerms(terms, filter) ?? ofOperation(terms, filter);
  if (wanted === undefined) return undefined;
  const { type, millis, isAtLeast, isOne } = wanted;
  const { missing: _missing, ...range } = telemetry.coverage(asked);
  const names =
    isOne === undefined
      ? [undefined]
      : telemetry
          .series(type, range)
          .filter((row) => isOne(row.name, row.summary))
          .map(({ name }) => name);
  if (names.length > MAX_SERIES) return undefined;
  let count = 0;
  let isAbout = false;
  for (const series of names) {
    const options = { maxColumns: 1, bucketsPerBand: 1, ...(series !== undefined && { series }) };
    const found = above(telemetry.heatMap(type, range, options), millis);
    count += found.count;
    isAbout ||= found.isAbout;
  }
  return { type, millis, isAtLeast, count, isAbout, isOfSeries: isOne !== undefined };
}

interface Wanted {
  readonly type: CountedLonger['type'];
  readonly millis: number;
  readonly isAtLeast: boolean;
  readonly isOne: ((name: string, summary: string | undefined) => boolean) | undefined;
}

/** `db>30ms`, `dur>1s route:/search`. */
function ofTerms(
  terms: readonly TraceTerm[],
  filter: Omit<TraceFilter, 'range' | 'terms'>,
): Wanted | undefined {
  const durations = terms.filter((term): term is Duration & TraceTerm => term.field === 'duration');
  const others = terms.filter((term) => term.field !== 'duration');
  const [duration] = durations;
  if (duration === undefined || durations.length > 1 || isOfOperation(filter)) return undefined;
  const { of, comparison, millis, negated } = duration;
  if (negated === true || (comparison !== '>' && comparison !== '>=')) return undefined;
  const tests = others.map((term) => testOf(term, of));
  if (tests.includes(undefined)) return undefined;
  const isOne: Wanted['isOne'] =
    tests.length === 0 ? undefined : (name, summary) => tests.every((test) => test?.(name, summary) === true);
  return { type: TYPES_OF[of], millis, isAtLeast: comparison === '>=', isOne };
}

/** The restrictions of one operation: a statement that took at least so long. */
function ofOperation(
  terms: readonly TraceTerm[],
  { type, series, minMillis, maxMillis, status, reason }: Omit<TraceFilter, 'range' | 'terms'>,
): Wanted | undefined {
  if (terms.length > 0 || minMillis === undefined || !isCountedByTime(type)) return undefined;
  if (maxMillis !== undefined || status !== undefined || reason !== undefined) return undefined;
  const isOne = series === undefined ? undefined : (name: string): boolean => name === series;
  return { type, millis: minMillis, isAtLeast: true, isOne };
}

function isCountedByTime(type: OperationType | undefined): type is CountedLonger['type'] {
  return type === 'http' || type === 'database' || type === 'render';
}

function isOfOperation(filter: Omit<TraceFilter, 'range' | 'terms'>): boolean {
  return Object.keys(filter).some((key) => key !== 'sort');
}

/** Whether a series is of what the term asks for; undefined if counts cannot tell. */
function testOf(term: TraceTerm, of: Duration['of']): Wanted['isOne'] {
  const negated = term.negated === true;
  if (term.field === 'statement' && of === 'database' && !negated) {
    const text = term.text.toLowerCase();
    return (name, summary) =>
      name.toLowerCase().includes(text) || summary?.toLowerCase().includes(text) === true;
  }
  if (of !== 'trace' || (term.field !== 'route' && term.field !== 'method')) return undefined;
  const text = term.text.toLowerCase();
  const at = term.field === 'method' ? 0 : 1;
  return (name) => {
    const space = name.indexOf(' ');
    const part = [name.slice(0, space), name.slice(space + 1)][at]?.toLowerCase() ?? '';
    return (term.begins === true ? part.startsWith(text) : part === text) !== negated;
  };
}

/** Of a bucket that the bound is in, its share above it. */
function above({ bandEdgesMillis, columns }: HeatMap, millis: number): { count: number; isAbout: boolean } {
  let count = 0;
  let isAbout = false;
  for (const { counts } of columns)
    for (const [band, here] of counts.entries()) {
      const from = bandEdgesMillis[band] ?? 0;
      const to = bandEdgesMillis[band + 1] ?? Infinity;
      if (here === 0 || to <= millis) continue;
      if (from >= millis) count += here;
      else {
        isAbout = true;
        count += (here * (to - millis)) / (to - from);
      }
    }
  return { count: Math.round(count), isAbout };
}
