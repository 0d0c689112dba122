/** Reads an object that was written as JSON; undefined if it is damaged, or lacks one of the numbers. */
export function notedFacts(
  text: string | undefined,
  numbers: readonly string[],
): Readonly<Record<string, unknown>> | undefined {
  if (text === undefined) return undefined;
  try {
    const facts = Object.fromEntries(Object.entries(Object(JSON.parse(text))));
    return numbers.every((name) => Number.isFinite(facts[name])) ? facts : undefined;
  } catch {
    return undefined;
  }
}
