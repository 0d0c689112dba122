/** Levenshtein distance: insertions, deletions and substitutions, each 1. */
export function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const substitution = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      const insertion = (current[column - 1] ?? 0) + 1;
      const deletion = (previous[column] ?? 0) + 1;
      current.push(Math.min(substitution, insertion, deletion));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}

/** Longer words cost quadratic time and resemble no setting. */
const MAX_WORD_LENGTH = 64;

/** The known name closest to `word`, ignoring case; undefined if more than half of it differs. */
export function nearestName(word: string, known: readonly string[]): string | undefined {
  if (word.length > MAX_WORD_LENGTH) return undefined;
  let nearest: string | undefined;
  let nearestDistance = Infinity;
  for (const name of known) {
    const distance = editDistance(word.toUpperCase(), name.toUpperCase());
    if (distance < nearestDistance && distance <= name.length / 2) {
      nearest = name;
      nearestDistance = distance;
    }
  }
  return nearest;
}
