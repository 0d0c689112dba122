/**
 * The content coding a client likes best (RFC 9110 section 12.5.3), ties in our own order of `available`; undefined when it would
 * rather have the plain body, or says nothing.
 */
export function chooseEncoding<T extends string>(
  acceptEncoding: string,
  available: readonly T[],
): T | undefined {
  const weights = new Map<string, number>();
  for (const part of acceptEncoding.split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    const weight = quality === undefined ? 1 : Number(quality);
    if (name !== '' && weight >= 0 && weight <= 1) weights.set(name, weight);
  }
  const weightOf = (name: string): number => weights.get(name) ?? weights.get('*') ?? 0;
  let best: T | undefined;
  for (const name of available) {
    if (weightOf(name) > 0 && (best === undefined || weightOf(name) > weightOf(best))) best = name;
  }
  return best !== undefined && weightOf(best) >= (weights.get('identity') ?? 0) ? best : undefined;
}
