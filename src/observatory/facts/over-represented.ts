import {
  OPERATION_TYPES,
  type OperationType,
  type SampledSide,
  type SampledTrace,
  type TelemetryQuery,
} from '../../../otel/query.ts';
import { type Comparison, type DrawnFrom, type DrawnTraces, drawTraces } from './drawn-traces.ts';
import { raisedOf, type Raised } from './lost-traces.ts';
import { drawnFrom, SampledValues, type UnitOf } from './sampled-values.ts';
import { holm } from './significance.ts';
import { type VersionRun, versionRuns } from './version-runs.ts';
import {
  chanceOf,
  effectiveNumber,
  explains,
  Hits,
  type RatioOfShares,
  ratioOf,
  shareOf,
  testable,
  type Shares,
} from './weighted-shares.ts';

/** Values that are told apart; beyond it, further ones are not compared. */
const MAX_VALUES = 20_000;
const MAX_ROWS = 12;
/** Share of pages without any true difference on which something is claimed: at most. */
const LEVEL = 0.01;
/** With so many traces on each side, a value that tells them apart is found. */
export const ENOUGH_TRACES = 20;

/** One side of a comparison. */
export interface ComparedTraces {
  /** Read, with a known weight. */
  readonly traces: number;
  /** Kept in the range. */
  readonly kept: number;
  /** Read, but without a known weight, and left out. */
  readonly unweighted: number;
  /** How many operations they stand for, and the standard deviation of that. */
  readonly standFor: number;
  readonly deviation: number;
}

/** A value that is more frequent among slow or failed traces than among the rest, by more than chance. */
export interface OverRepresented extends RatioOfShares {
  readonly key: string;
  readonly value: string;
  /** Further values of exactly the same traces. */
  readonly also: readonly { readonly key: string; readonly value: string }[];
  /** Weighted share of the operations that have it, 0–1, and the number of kept traces behind it. */
  readonly marked: { readonly share: number; readonly traces: number };
  readonly rest: { readonly share: number; readonly traces: number };
  /** The longest marked operation whose trace has it. */
  readonly example: { readonly traceId: string; readonly spanId: string };
}

export interface OverRepresentation {
  readonly marked: ComparedTraces;
  readonly rest: ComparedTraces;
  /** The time from which both sides are held, if that is after the start of the range. */
  readonly sinceMillis: number | undefined;
  /** Ordinary traces are missing, and the weights of the others were raised to the counts of their series. */
  readonly isRaised: boolean;
  /** Operations counted, and how many of them no kept trace stands for, by more than chance: of a kind that is not kept. */
  readonly counted: number;
  readonly unseen: number;
  /** Values that could have stood out. */
  readonly compared: number;
  /** When each version ran, if one stands out; its end tells whether that still matters. */
  readonly versions?: readonly VersionRun[];
  /** What explains most comes first. */
  readonly rows: readonly OverRepresented[];
}

/**
 * Compares slow or failed traces with the rest of the range, as far back as both are held, each counted by its weight.
 */
export function overRepresented(
  telemetry: DrawnFrom & Pick<TelemetryQuery, 'markers' | 'processes'>,
  comparison: Comparison,
  drawn = drawTraces(telemetry, comparison),
): OverRepresentation {
  const { range, sinceMillis, unitOf, raised, counted } = drawn;
  const startsMillis = telemetry
    .markers({ fromMillis: 0, toMillis: range.toMillis })
    .filter(({ kind }) => kind === 'start')
    .map(({ atMillis }) => atMillis);
  const reader = new SampledValues(comparison.marked, startsMillis);
  const tally = new ValueTally(unitOf, reader, raised, unkeptTypes(telemetry, drawn));
  for (const trace of drawn.marked.traces) tally.add('marked', trace);
  for (const trace of drawn.rest.traces) tally.add('rest', trace);
  const result = tally.result(drawn, counted);
  const isOfVersion = result.rows.some(({ key, also }) =>
    [key, ...also.map((each) => each.key)].includes('version'),
  );
  return {
    sinceMillis,
    isRaised: raised.size > 0,
    ...result,
    ...(isOfVersion && { versions: versionRuns(telemetry) }),
  };
}

/**
 * Types of inner spans that no trace of the rest has, although such spans may have run in it: a rate of 0 or a rule drops them, and failed or slow
 * traces are kept whole.
 */
function unkeptTypes(telemetry: DrawnFrom, { rest }: DrawnTraces): ReadonlySet<OperationType> {
  const { rates, ruleTexts = [] } = telemetry.sampling();
  const found = new Set(rest.traces.flatMap(({ spans }) => spans.map(({ type }) => type)));
  return new Set(
    OPERATION_TYPES.filter((type) => !found.has(type) && (rates[type] === 0 || ruleTexts.length > 0)),
  );
}

class SideSums {
  readonly all = new Hits();
  unweighted = 0;
  heaviest = 1;
}

interface Value {
  readonly key: string;
  readonly value: string;
  readonly marked: Hits;
  readonly rest: Hits;
  /** The longest. */
  example: OverRepresented['example'] | undefined;
  longestMillis: number;
  /** The same for values of the same traces. */
  signature: number;
  /** Of the trace that is being added: the lowest weight of a span that has it. */
  weight: number;
  /** A span that has it is of a type that was not kept of the rest: how often it is there is unknown. */
  isUnknownInRest: boolean;
}

interface ValueShares extends Shares {
  readonly value: Value;
}

class ValueTally {
  readonly #unitOf: UnitOf;
  readonly #reader: SampledValues;
  readonly #raised: Raised;
  readonly #unkept: ReadonlySet<OperationType>;
  readonly #sides = { marked: new SideSums(), rest: new SideSums() };
  readonly #values = new Map<string, Map<string, Value>>();
  #distinct = 0;
  #added = 0;

  constructor(unitOf: UnitOf, reader: SampledValues, raised: Raised, unkept: ReadonlySet<OperationType>) {
    this.#unitOf = unitOf;
    this.#reader = reader;
    this.#raised = raised;
    this.#unkept = unkept;
  }

  /**
   * A value counts with the weight of its span, the lowest if several have it: all spans of a trace are kept by one random number, so that span is kept
   * whenever another one is. The sums are Horvitz-Thompson's, right for each rate on its own.
   */
  add(side: 'marked' | 'rest', trace: SampledTrace): void {
    const unit = this.#unitOf(trace);
    if (unit === undefined) return;
    const sums = this.#sides[side];
    const raised = side === 'rest' ? raisedOf(trace, unit, this.#raised) : 1;
    if (unit.weight === undefined) sums.unweighted++;
    else sums.all.add(unit.weight * raised);
    const touched: Value[] = [];
    this.#reader.take(side, trace, unit, (key, text, { type, weight }) => {
      if (weight === undefined) return;
      const value = this.#valueOf(key, text);
      if (value === undefined) return;
      if (this.#unkept.has(type)) value.isUnknownInRest = true;
      if (value.weight === Infinity) touched.push(value);
      value.weight = Math.min(value.weight, weight);
    });
    const number = Math.imul(++this.#added, 0x9e3779b1);
    for (const value of touched) {
      const weight = value.weight * raised;
      value[side].add(weight);
      sums.heaviest = Math.max(sums.heaviest, weight);
      value.signature = Math.imul(value.signature, 31) + number;
      if (side === 'marked' && unit.durationMillis > value.longestMillis) {
        value.example = { traceId: trace.traceId, spanId: unit.spanId };
        value.longestMillis = unit.durationMillis;
      }
      value.weight = Infinity;
    }
  }

  #valueOf(key: string, value: string): Value | undefined {
    let values = this.#values.get(key);
    if (values === undefined) this.#values.set(key, (values = new Map()));
    let known = values.get(value);
    if (known !== undefined || this.#distinct === MAX_VALUES) return known;
    this.#distinct++;
    known = {
      key,
      value,
      marked: new Hits(),
      rest: new Hits(),
      example: undefined,
      longestMillis: -Infinity,
      signature: 0,
      weight: Infinity,
      isUnknownInRest: false,
    };
    values.set(value, known);
    return known;
  }

  result(
    drawn: Readonly<Record<'marked' | 'rest', SampledSide>>,
    counted: number,
  ): Omit<OverRepresentation, 'sinceMillis' | 'isRaised'> {
    const { marked, rest } = this.#sides;
    const heaviest = Math.max(marked.heaviest, rest.heaviest);
    const facts = { marked: sideFacts(marked, drawn.marked), rest: sideFacts(rest, drawn.rest) };
    const unseen = unseenOf(counted, facts.marked, facts.rest);
    const all = [...this.#values.values()]
      .flatMap((values) => [...values.values()])
      .filter(({ isUnknownInRest }) => !isUnknownInRest);
    const shares = all.map((value): ValueShares => {
      const one = shareOf(value.marked, marked.all, heaviest);
      const two = shareOf(value.rest, rest.all, heaviest);
      return { value, p1: one.share, n1: one.of, p2: two.share, n2: two.of };
    });
    // All that is unseen may have the value.
    const hidden = unseen / Math.max(1, facts.rest.standFor + unseen);
    const tested = testable(shares, LEVEL);
    const chances = tested.map((each) => chanceOf({ ...each, p2: each.p2 + (1 - each.p2) * hidden }));
    const stand = holm(chances, LEVEL);
    const explained = (each: ValueShares): number =>
      explains(each, effectiveNumber(marked.all), effectiveNumber(rest.all));
    const found = tested
      .filter((_, i) => stand[i])
      .toSorted(
        (a, b) =>
          explained(b) - explained(a) ||
          Number(isMoment(a.value)) - Number(isMoment(b.value)) ||
          a.value.key.length - b.value.key.length,
      );
    return {
      ...facts,
      counted,
      unseen,
      compared: tested.length,
      rows: [...Map.groupBy(found, ({ value }) => value.signature).values()]
        .slice(0, MAX_ROWS)
        .map(([first, ...others]) => rowOf(first!, others)),
    };
  }
}

/** Of values of the same traces, the moment from which they are says least. */
function isMoment({ key }: Value): boolean {
  return key === 'hour' || key === 'process';
}

function rowOf(shares: ValueShares, others: readonly ValueShares[]): OverRepresented {
  const { value, p1, p2 } = shares;
  return {
    key: value.key,
    value: value.value,
    also: others.slice(0, 3).map(({ value: { key, value } }) => ({ key, value })),
    marked: { share: p1, traces: value.marked.traces },
    rest: { share: p2, traces: value.rest.traces },
    ...ratioOf(shares),
    example: value.example!,
  };
}

function sideFacts({ all, unweighted }: SideSums, side: SampledSide): ComparedTraces {
  const each = drawnFrom(side);
  return {
    traces: all.traces,
    kept: side.kept,
    unweighted,
    standFor: all.sum * each,
    // Kept by chance with p = 1/w, and drawn.
    deviation: each * Math.sqrt(all.squares - all.sum + (each > 1 ? all.squares : 0)),
  };
}

/** Counted operations beyond those that the kept ones stand for, give or take chance. */
function unseenOf(counted: number, marked: ComparedTraces, rest: ComparedTraces): number {
  const deviation = Math.hypot(marked.deviation, rest.deviation);
  return Math.max(0, counted - marked.standFor - rest.standFor - 2 * deviation);
}
