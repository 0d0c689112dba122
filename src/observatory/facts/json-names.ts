/** Facts whose keys are data and must not be renamed. */
const FOREIGN = new Set(['attributes']);

const snake = (key: string): string =>
  key.replaceAll(/[a-z0-9][A-Z]/g, (pair) => `${pair[0]}_${pair[1]}`).toLowerCase();

/** Converts facts to JSON: snake_case keys, attribute names unchanged, NaN as `null`. */
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
