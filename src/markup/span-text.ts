const UNITS: readonly (readonly [millis: number, name: string])[] = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1000, 'second'],
];

/** `minute`, `90 minutes`, `18 seconds`: a length as it completes "the … before", rounded in the longest unit of which it has two. */
export function lengthWords(millis: number): string {
  const [length, name] = UNITS.find(([each]) => millis >= 2 * each) ?? UNITS.at(-1)!;
  const count = Math.max(1, Math.round(millis / length));
  return count === 1 ? name : `${count} ${name}s`;
}

/** `2 minutes`, `3 hours`: a span in its largest unit. */
export function spanText(millis: number): string {
  for (const [length, name] of UNITS) {
    const count = Math.floor(millis / length);
    if (count >= 1) return `${count} ${name}${count === 1 ? '' : 's'}`;
  }
  return 'less than a second';
}
