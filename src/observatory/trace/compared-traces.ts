import type {
  AttributeValue,
  OperationType,
  SpanRow,
  TelemetryQuery,
  TraceDetail,
  TraceSummary,
} from '../../../otel/query.ts';
import { spanTree, type SpanNode } from './span-tree.ts';

/** Which trace of the same kind is put beside one. */
export const OTHERS = ['typical', 'fastest', 'slowest'] as const;
export type Other = (typeof OTHERS)[number];

/** Traces looked through for one. */
const MAX_LOOKED_AT = 200;
/** Of looks for a faster one: each leaves about one in two hundred of those that are. */
const MAX_ROUNDS = 4;
const JUST_BELOW = 0.999;
/** Attributes that differ between any two requests and say nothing. */
const ALWAYS_DIFFERENT: ReadonlySet<string> = new Set([
  'client.port',
  'network.peer.port',
  'operation.time_to_first_byte',
]);

/** What an operation took in one trace. */
export interface OperationTimes {
  /** Undefined of waiting, which is no operation. */
  readonly count: number | undefined;
  readonly selfMillis: number;
  readonly totalMillis: number;
  /** Its longest span; empty if it has none. */
  readonly spanId: string;
}

/** One operation in both traces. */
export interface ComparedOperation {
  readonly type: OperationType;
  readonly series: string;
  readonly name: string;
  readonly one: OperationTimes;
  readonly other: OperationTimes;
  /** Self time in the one minus that in the other. */
  readonly moreMillis: number;
}

/** An attribute of the first span that both traces have differently. */
export interface ComparedAttribute {
  readonly key: string;
  readonly one: AttributeValue | undefined;
  readonly other: AttributeValue | undefined;
}

/** The id of another held trace of the same kind: the fastest, which did not fail, or the slowest. Undefined if none is held. */
export function otherTrace(
  telemetry: Pick<TelemetryQuery, 'traces'>,
  { traceId, type, series }: Pick<TraceSummary, 'traceId' | 'type' | 'series'>,
  which: Exclude<Other, 'typical'>,
): string | undefined {
  const sort = which === 'slowest' ? 'slowest' : 'newest';
  const below = (maxMillis?: number): readonly TraceSummary[] => {
    const bound = maxMillis === undefined ? {} : { maxMillis };
    const all = telemetry
      .traces({ type, series, limit: MAX_LOOKED_AT, sort, ...bound })
      .rows.filter((row) => row.traceId !== traceId && row.type === type && row.series === series);
    const fine = all.filter(({ errorCount }) => errorCount === 0);
    return which !== 'slowest' && (fine.length > 0 || maxMillis !== undefined) ? fine : all;
  };
  const distance = ({ durationMillis }: TraceSummary): number =>
    which === 'fastest' ? durationMillis : -durationMillis;
  const best = nearest(below(), distance);
  return (which === 'fastest' ? fasterThan(best, below, distance) : best)?.traceId;
}

/** After a deployment the newest are all slow: looks among those that are faster, each time the newest of them. */
function fasterThan(
  first: TraceSummary | undefined,
  below: (maxMillis: number) => readonly TraceSummary[],
  distance: (row: TraceSummary) => number,
): TraceSummary | undefined {
  let best = first;
  for (let round = 0; best !== undefined && round < MAX_ROUNDS; round++) {
    const faster = nearest(below(best.durationMillis * JUST_BELOW), distance);
    if (faster === undefined) break;
    best = faster;
  }
  return best;
}

function nearest(
  rows: readonly TraceSummary[],
  distance: (row: TraceSummary) => number,
): TraceSummary | undefined {
  return rows.reduce<TraceSummary | undefined>(
    (best, row) => (best === undefined || distance(row) < distance(best) ? row : best),
    undefined,
  );
}

/** The event loop, as if it were an operation of both. */
export const LOOP_WAIT = 'waiting for the event loop';

/** Every operation of either trace; the largest difference of self time first. */
export function comparedOperations(one: TraceDetail, other: TraceDetail): readonly ComparedOperation[] {
  const [left, right] = [timesOf(spanTree(one.spans)), timesOf(spanTree(other.spans))];
  return [...new Set([...left.keys(), ...right.keys()])]
    .map((key) => {
      const [a, b] = [left.get(key), right.get(key)];
      const { type, series, name } = (a ?? b)!.span;
      const none = key === LOOP_WAIT ? NO_WAIT : NONE;
      const times = { one: a?.times ?? none, other: b?.times ?? none };
      return { type, series, name, ...times, moreMillis: times.one.selfMillis - times.other.selfMillis };
    })
    .sort((a, b) => Math.abs(b.moreMillis) - Math.abs(a.moreMillis));
}

const NONE = { count: 0, selfMillis: 0, totalMillis: 0, spanId: '' };
const NO_WAIT: OperationTimes = { ...NONE, count: undefined };

interface Timed {
  readonly span: SpanRow;
  readonly times: OperationTimes;
}

function timesOf(nodes: readonly SpanNode[]): ReadonlyMap<string, Timed> {
  const all = new Map<string, Timed>();
  for (const { span, selfMillis } of nodes) {
    const key = `${span.type} ${span.series}`;
    const known = all.get(key);
    const longest =
      known === undefined || span.durationMillis > known.span.durationMillis ? span : known.span;
    const { count = 0, selfMillis: self, totalMillis } = known?.times ?? NONE;
    all.set(key, {
      span: longest,
      times: {
        count: count + 1,
        selfMillis: self + selfMillis,
        totalMillis: totalMillis + span.durationMillis,
        spanId: longest.spanId,
      },
    });
  }
  const waiting = nodes.filter(({ waitedMillis }) => waitedMillis > 0);
  const [first] = waiting;
  if (first !== undefined) {
    const selfMillis = waiting.reduce((sum, { waitedMillis }) => sum + waitedMillis, 0);
    const { spanId } = first.span;
    all.set(LOOP_WAIT, {
      span: { ...first.span, type: 'other', name: LOOP_WAIT, series: LOOP_WAIT },
      times: { count: undefined, selfMillis, totalMillis: selfMillis, spanId },
    });
  }
  return all;
}

/** Attributes of the first spans that differ, by name. */
export function comparedAttributes(one: TraceDetail, other: TraceDetail): readonly ComparedAttribute[] {
  const attributesOf = ({ spans }: TraceDetail): SpanRow['attributes'] =>
    spanTree(spans)[0]?.span.attributes ?? {};
  const [left, right] = [attributesOf(one), attributesOf(other)];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])]
    .filter((key) => !ALWAYS_DIFFERENT.has(key) && String(left[key]) !== String(right[key]))
    .sort()
    .map((key) => ({ key, one: left[key], other: right[key] }));
}
