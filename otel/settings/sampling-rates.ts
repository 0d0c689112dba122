import { OPERATION_TYPES } from '../base/operation-types.ts';
import type { OperationType } from '../base/operation-types.ts';
import { nearestName } from './nearest-name.ts';
import { decimal, InvalidSetting } from './setting-parsers.ts';

/** Share of ordinary operations whose spans are kept, 0–1, per type. */
export type SamplingRates = Readonly<Record<OperationType, number>>;

const EXPECTED =
  'a rate from 0 to 1 for all, or one per type such as database=0.1,http=1 or {"database":0.1,"http":1}; ' +
  `the types are ${OPERATION_TYPES.join(', ')}`;

/** One rate for all, `type=rate` pairs, or a JSON object; the default for a missing type is 1. */
export function parseSamplingRates(text: string): SamplingRates {
  const trimmed = text.trim();
  if (trimmed.startsWith('{')) return ratesFrom(jsonPairs(trimmed));
  if (trimmed.includes('=')) return ratesFrom(trimmed.split(',').map(textPair));
  const rate = parseRate(decimal(trimmed));
  return Object.freeze({ http: rate, database: rate, render: rate, other: rate });
}

/** The shortest text that parses to the same rates. */
export function formatSamplingRates(rates: SamplingRates): string {
  if (OPERATION_TYPES.every((type) => rates[type] === rates.http)) return String(rates.http);
  return OPERATION_TYPES.filter((type) => rates[type] !== 1)
    .map((type) => `${type}=${rates[type]}`)
    .join(',');
}

function ratesFrom(pairs: readonly (readonly [name: string, rate: number | undefined])[]): SamplingRates {
  const rates: Partial<Record<OperationType, number>> = {};
  for (const [name, rate] of pairs) {
    const type = parseType(name);
    if (rates[type] !== undefined) throw new InvalidSetting(`${type} only once; ${EXPECTED}`);
    rates[type] = parseRate(rate, type);
  }
  return Object.freeze({ http: 1, database: 1, render: 1, other: 1, ...rates });
}

function textPair(pair: string): [string, number | undefined] {
  const [name = '', rate = '', ...rest] = pair.split('=');
  if (rest.length > 0) throw new InvalidSetting(EXPECTED);
  return [name.trim(), decimal(rate)];
}

/** JSON.parse keeps only the last of duplicate keys, so once it has validated the text, the pairs are read from the text itself. */
function jsonPairs(text: string): [string, number | undefined][] {
  let rates: unknown[];
  try {
    rates = Object.values(JSON.parse(text) as object);
  } catch {
    throw new InvalidSetting(EXPECTED);
  }
  if (rates.length === 0 || rates.some((rate) => typeof rate !== 'number'))
    throw new InvalidSetting(EXPECTED);
  return Array.from(text.matchAll(/("(?:[^"\\]|\\.)*")\s*:\s*([^,}\s]+)/g), ([, name = '""', rate = '']) => [
    JSON.parse(name) as string,
    decimal(rate),
  ]);
}

function parseType(name: string): OperationType {
  const type = OPERATION_TYPES.find((known) => known === name);
  if (type !== undefined) return type;
  const nearest = nearestName(name, OPERATION_TYPES);
  const hint = nearest === undefined ? '' : `did you mean ${nearest}? `;
  throw new InvalidSetting(
    `a known type instead of ${JSON.stringify(name.slice(0, 40))}; ${hint}Write ${EXPECTED}`,
  );
}

function parseRate(rate: number | undefined, type?: OperationType): number {
  if (rate === undefined || !(rate >= 0 && rate <= 1)) {
    throw new InvalidSetting(type === undefined ? EXPECTED : `a rate from 0 to 1 for ${type}`);
  }
  return rate;
}
