import type { SeenRequest } from './seen-request.ts';

/** Shorter parts belong to the next one: a request that only waits for something ran for so long. */
const SHORTEST_PART_NANOS = 5e6;
const MAX_PARTS = 1000;

/** A request that is not traced, such as one for a page that shows telemetry. */
export interface UntracedRequest {
  /** Monotonic. */
  readonly startNanos: number;
  readonly path: string;
}

interface TracedRunner {
  readonly request: SeenRequest['request'];
}

/** Whom the loop ran for. */
export type Runner = TracedRunner | { readonly untraced: UntracedRequest };

/** A stretch of a stall between two moments at which the loop is known to have passed from one request to another. */
export interface StallPart {
  /** Monotonic. */
  readonly fromNanos: number;
  readonly toNanos: number;
  /** The request that was answered at its end, if it had not run before in this turn; else the one that began with it. */
  readonly runner: Runner | undefined;
}

interface Moment {
  readonly nanos: number;
  readonly answered?: TracedRunner;
  readonly began?: Runner;
}

/**
 * In one turn of the loop several requests may run, one after the other: the parts of such a turn, oldest first. Where none of them began or was
 * answered, it is one part.
 */
export function partsOf(
  fromNanos: number,
  toNanos: number,
  requests: readonly SeenRequest[],
  untraced: readonly UntracedRequest[],
): readonly StallPart[] {
  const moments: Moment[] = [
    ...requests.flatMap(({ request }): Moment[] => [
      { nanos: request.startNanos, began: { request } },
      ...(request.firstByteNanos === undefined
        ? []
        : [{ nanos: request.firstByteNanos, answered: { request } }]),
    ]),
    ...untraced.map((each) => ({ nanos: each.startNanos, began: { untraced: each } })),
  ]
    .filter(({ nanos }) => nanos > fromNanos && nanos <= toNanos)
    .sort((a, b) => a.nanos - b.nanos);
  const parts: StallPart[] = [];
  const ran = new Set<SeenRequest['request']>();
  let [start, began]: [number, Runner | undefined] = [fromNanos, undefined];
  for (const { nanos, answered, began: next } of moments) {
    if (nanos - start >= SHORTEST_PART_NANOS && parts.length < MAX_PARTS) {
      // One that ran before is only answered now: its answer was compressed meanwhile, outside of the loop.
      const runner = answered !== undefined && !ran.has(answered.request) ? answered : (began ?? answered);
      if (runner !== undefined && 'request' in runner) ran.add(runner.request);
      parts.push({ fromNanos: start, toNanos: nanos, runner });
      start = nanos;
    }
    began = next;
  }
  const last = parts.at(-1);
  if (last === undefined || toNanos - start >= SHORTEST_PART_NANOS)
    return [...parts, { fromNanos: start, toNanos, runner: began }];
  return [...parts.slice(0, -1), { ...last, toNanos }];
}

/**
 * Parts that are each a stall: one that is long enough stands alone; shorter ones in a row are one together.
 *
 * @param shortestNanos Shorter ones are none.
 */
export function stallsOf(
  parts: readonly StallPart[],
  shortestNanos: number,
): readonly (readonly StallPart[])[] {
  const groups: StallPart[][] = [];
  let run: StallPart[] = [];
  for (const part of parts) {
    if (lengthOf([part]) >= shortestNanos) {
      groups.push(run, [part]);
      run = [];
    } else run.push(part);
  }
  groups.push(run);
  return groups.filter((group) => lengthOf(group) >= shortestNanos);
}

export function lengthOf(parts: readonly StallPart[]): number {
  const [first, last] = [parts[0], parts.at(-1)];
  return first === undefined || last === undefined ? 0 : last.toNanos - first.fromNanos;
}

export function isWithin(parts: readonly StallPart[], nanos: number): boolean {
  return parts.some(({ fromNanos, toNanos }) => nanos >= fromNanos && nanos <= toNanos);
}

/** The part in which most of the time passed; undefined if none has that much. */
export function mainPart(parts: readonly StallPart[], share: number): StallPart | undefined {
  const all = lengthOf(parts);
  return parts.find((part) => lengthOf([part]) >= share * all);
}
