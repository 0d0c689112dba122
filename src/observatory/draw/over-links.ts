import type { OperationType, SampleFilter } from '../../../otel/query.ts';
import { quotedIfNeeded } from '../facts/query-tokens.ts';
import { attributeTerm } from '../facts/trace-query.ts';
import type { OverRepresented } from '../facts/over-represented.ts';
import { HOUR_MILLIS } from '../facts/sampled-values.ts';
import type { Query } from '../links.ts';
import type { PageView } from '../page.ts';

/** Which traces are compared. */
export interface ComparedLists {
  readonly type: OperationType;
  readonly series?: string | undefined;
  readonly marked: SampleFilter['marked'];
  /** Undefined: slow ones are not told apart. */
  readonly slow?: SlowLimit;
}

/** From which duration an operation is slow. */
export interface SlowLimit {
  readonly millis: number;
  /** Of its own series: between two groups of durations, the p95, or twice the median. */
  readonly by: 'threshold' | 'groups' | 'p95' | 'median';
}

/** Keys of the search for values that are no attributes. */
const TERMS: Readonly<Record<string, string>> = {
  agent: 'agent:',
  referrer: 'attr.http.request.header.referer:',
  statement: 'db:',
  template: 'attr.render.template:',
  version: 'version:',
};
/** A class of numbers: `10–99`. */
const CLASS = /^-?(?:\d+–|10\^)/;

/** The list of the traces of one side that have a value; undefined if no search finds them. */
export function overHref(
  row: Pick<OverRepresented, 'key' | 'value'>,
  side: 'marked' | 'rest',
  { type, series, marked, slow }: ComparedLists,
  { links, range }: PageView,
): string | undefined {
  const ofSide: Query =
    side === 'rest'
      ? { ...(marked !== 'slow' && { status: 'ok' }), ...(slow && { max: slow.millis }) }
      : marked === 'either'
        ? { sort: 'slowest' }
        : marked === 'slow'
          ? { reason: 'slow' }
          : { status: 'error' };
  const { key, value } = row;
  if (key === 'hour' || key === 'process') {
    const from = Math.max(Number(value), range.fromMillis);
    const to = key === 'hour' ? Number(value) + HOUR_MILLIS : range.toMillis;
    return links.ranged('/traces', { type, series, ...ofSide }, { from, to: Math.min(to, range.toMillis) });
  }
  const search = searchOf(key, value);
  if (search === undefined) return undefined;
  return links.to('/traces', { type, series, ...ofSide, ...search });
}

function searchOf(key: string, value: string): Query | undefined {
  if (key === 'agent kind') return { q: value === 'browsers' ? '-agent:bot -agent:none' : 'agent:bot' };
  if (key === 'route') return { series: value };
  if (value === '' || CLASS.test(value)) return undefined;
  if (key.includes('.')) return { q: attributeTerm(`attr.${key}`, value) };
  return { q: `${TERMS[key] ?? ''}${quotedIfNeeded(value.replace(/…$/, ''))}` };
}
