/** The middle value; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle]!;
  return ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** How far the median may be off by chance, as a standard error, from the spread of the values. */
export function medianError(values: readonly number[]): number {
  const middle = median(values);
  const spread = median(values.map((value) => Math.abs(value - middle)));
  // 1.4826 turns the spread of a normal distribution into its deviation; its median strays 1.2533 times as far as its mean.
  return (1.4826 * 1.2533 * spread) / Math.sqrt(values.length);
}
