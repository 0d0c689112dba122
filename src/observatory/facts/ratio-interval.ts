/** A figure before and after, and how well any ratio of the two goes with what was counted. */
export interface RatioTest {
  /** After as a multiple of before. */
  readonly ratio: number;
  /** Blocks of time with something to count, on the side that has fewer. */
  readonly blocks: number;
  /** The probability of a difference like the one seen, or a larger one, if after is `factor` times before. */
  chanceOf(factor: number): number;
}

/** A figure after as a multiple of before. */
export interface ComparedRatio {
  readonly ratio: number;
  /** The ends of its interval; 0 and infinity if nothing bounds it there. */
  readonly low: number;
  readonly high: number;
  /** The probability of a difference like this, or a larger one, by chance. */
  readonly chance: number;
  /** Of what differs: its interval as if nothing else were compared, which tells how large the difference is. */
  readonly alone?: Ends;
}

export interface Ends {
  readonly low: number;
  readonly high: number;
}

/** As logarithms: how far the first step goes, how far the last one, and how near an end is found. */
const FIRST_STEP = 0.05;
const MAX_REACH = Math.log(10_000);
const HALVINGS = 7;

/**
 * The ratios that the test allows for: those whose chance is greater than `level`. 1 is in it if, and only if, its own chance is, so that a mark that
 * goes by that chance and an interval never contradict each other.
 */
export function ratioInterval({ ratio, chanceOf }: Omit<RatioTest, 'blocks'>, level: number): ComparedRatio {
  const isAllowed = (log: number): boolean => chanceOf(Math.exp(log)) > level;
  const at = Math.log(ratio);
  const chance = chanceOf(1);
  const isOneAllowed = chance > level;
  const end = (direction: 1 | -1): number => {
    if (!isOneAllowed && at * direction < 0) return endBetween(at, 0, isAllowed);
    const from = isOneAllowed ? direction * Math.max(at * direction, 0) : at;
    return endBeyond(from, direction, isAllowed);
  };
  return { ratio, low: Math.exp(end(-1)), high: Math.exp(end(1)), chance };
}

/** In larger and larger steps, until one is not allowed. */
function endBeyond(from: number, direction: 1 | -1, isAllowed: (log: number) => boolean): number {
  let inside = from;
  for (let step = FIRST_STEP; step < MAX_REACH; step *= 2) {
    const next = from + direction * step;
    if (!isAllowed(next)) return endBetween(inside, next, isAllowed);
    inside = next;
  }
  return direction * Infinity;
}

function endBetween(inside: number, outside: number, isAllowed: (log: number) => boolean): number {
  let [near, far] = [inside, outside];
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (near + far) / 2;
    if (isAllowed(middle)) near = middle;
    else far = middle;
  }
  return near;
}

/** If what is after may have been `low` to `high` times as much for another reason. */
export function allowingFor({ low, high }: Ends, test: RatioTest): RatioTest {
  const { ratio } = test;
  return {
    ...test,
    chanceOf: (factor) =>
      ratio >= factor * low && ratio <= factor * high
        ? 1
        : Math.max(test.chanceOf(factor * low), test.chanceOf(factor * high)),
  };
}

/** Around another figure of the same ratio, too, as a finer count has it. */
export function including({ low, high, chance }: ComparedRatio, ratio: number): ComparedRatio {
  return { ratio, low: Math.min(low, ratio), high: Math.max(high, ratio), chance };
}

/** Returns true if 1 is not in the interval, as it is shown. */
export function leavesOutOne({ low, high }: Ends): boolean {
  return shown(low) > 1 || shown(high) < 1;
}

const shown = (end: number): number => (end < 10 ? Number(end.toFixed(2)) : end);
