/** Names of a map of facts whose keys are not ours to change. */
const FOREIGN = new Set(['attributes']);

const snake = (key: string): string =>
  key.replaceAll(/[a-z0-9][A-Z]/g, (pair) => `${pair[0]}_${pair[1]}`).toLowerCase();

/** Facts as JSON speaks here: snake_case all through, attribute names untouched, what is not a number `null`. */
export function jsonNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(jsonNames);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      /^[a-z]+(?:[A-Z][a-z0-9]*)+$/.test(key) ? snake(key) : key,
      FOREIGN.has(key) ? each : jsonNames(each),
    ]),
  );
}
