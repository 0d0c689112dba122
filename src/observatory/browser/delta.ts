/** What changed in a text: pieces of its own, and how many parts from where of the text before. */
export type Delta = readonly (string | readonly [from: number, count: number])[];

/** Markup is compared and copied in parts that begin where a tag does. */
const PART = '<';

export function partsOf(text: string): readonly string[] {
  return text.split(PART);
}

/** The text that a delta makes of the parts of the one before. */
export function patched(before: readonly string[], delta: Delta): string {
  return delta
    .flatMap((piece) => (typeof piece === 'string' ? piece : before.slice(piece[0], piece[0] + piece[1])))
    .join(PART);
}

/** The shortest way there that one look at each part finds: on from the last copy where that fits, else the next place after it. */
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

/** Of one part: a page of equal lines is not looked through for each of them. */
const MAX_PLACES = 20;
