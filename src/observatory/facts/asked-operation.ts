import { KEEP_REASONS, type OperationType, type TraceFilter } from '../../../otel/query.ts';
import { TYPES } from '../format/type-words.ts';
import { parseMillis } from './term-values.ts';

/** A series' name is shorter. */
const MAX_TEXT = 300;

type Query = Readonly<Record<string, string | undefined>>;

export interface AskedOperation {
  readonly filter: Omit<TraceFilter, 'range' | 'terms'>;
  /** Invalid parts, each with valid values. */
  readonly problems: readonly string[];
}

/** Parses the filter of one operation from the address: `type, series, status, reason, min, max, sort`. */
export function readFilter(query: Query): AskedOperation {
  const problems: string[] = [];
  const oneOf = <T extends string>(key: string, known: readonly T[]): T | undefined => {
    const value = query[key] ?? '';
    if (value === '') return undefined;
    const found = known.find((each) => each === value);
    if (found === undefined)
      problems.push(`${key} “${value.slice(0, 40)}” is not one of ${known.join(', ')}.`);
    return found;
  };
  const millis = (key: string): number | undefined => {
    const value = query[key] ?? '';
    if (value === '') return undefined;
    const parsed = parseMillis(value);
    if (parsed === undefined)
      problems.push(`${key} “${value.slice(0, 40)}” is not a duration such as 250ms or 1.5s.`);
    return parsed;
  };
  const words = (key: string): string | undefined =>
    (query[key] ?? '').trim().slice(0, MAX_TEXT) || undefined;
  const entries = Object.entries({
    type: oneOf<OperationType>('type', TYPES),
    series: words('series'),
    status: oneOf('status', ['error', 'ok'] as const),
    reason: oneOf('reason', KEEP_REASONS),
    minMillis: millis('min'),
    maxMillis: millis('max'),
    sort: oneOf('sort', ['newest', 'slowest'] as const),
  }).filter(([, value]) => value !== undefined);
  return { filter: Object.fromEntries(entries), problems };
}
