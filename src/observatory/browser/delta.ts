/** The changes of a text: new pieces, and ranges of parts copied from the previous text. */
export type Delta = readonly (string | readonly [from: number, count: number])[];

/** Splits markup into parts that begin with a tag. */
const PART = '<';

export function partsOf(text: string): readonly string[] {
  return text.split(PART);
}

/** Applies a delta to the parts of the previous text. */
export function patched(before: readonly string[], delta: Delta): string {
  return delta
    .flatMap((piece) => (typeof piece === 'string' ? piece : before.slice(piece[0], piece[0] + piece[1])))
    .join(PART);
}

/** Computes a delta in one greedy pass: continues the last copy if it fits, else searches for the next match. */
export function deltaOf(before: readonly string[], after: readonly string[]): Delta {
  const places = new Map<string, number[]>();
  for (const [at, part] of before.entries()) {
    const known = places.get(part);
    if (known === undefined) places.set(part, [at]);
    else if (known.length < MAX_PLACES) known.push(at);
  }
  const delta: (string | [number, number])[] = [];
  let next = 0;
  for (const part of after) {
    const last = delta.at(-1);
    if (part === before[next] && typeof last === 'object') last[1]++;
    else {
      const found = places.get(part);
      const at = part === before[next] ? next : (found?.find((place) => place >= next) ?? found?.[0]);
      if (at !== undefined) delta.push([at, 1]);
      else if (typeof last === 'string') delta[delta.length - 1] = `${last}${PART}${part}`;
      else delta.push(part);
      if (at === undefined) continue;
      next = at;
    }
    next++;
  }
  return delta;
}

/** Limit of candidates per part, for pages with many equal lines. */
const MAX_PLACES = 20;
