const UNITS: readonly (readonly [millis: number, name: string])[] = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1000, 'second'],
];

/** `2 minutes`, `3 hours`: a span in its largest unit. */
export function spanText(millis: number): string {
  for (const [length, name] of UNITS) {
    const count = Math.floor(millis / length);
    if (count >= 1) return `${count} ${name}${count === 1 ? '' : 's'}`;
  }
  return 'less than a second';
}
