import { familiesOf } from '../aggregate/agent-family.ts';
import { FACET_NAMES } from '../base/trace-term.ts';
import type { FacetCount, FacetName, TraceFacets } from '../base/trace-term.ts';
import { KEEP_REASONS } from '../query.ts';
import type { TraceKind } from './trace-kind.ts';

const MAX_VALUES = 100;

/** Number of matching traces of one kind with one set of reasons. */
export interface CountedKind {
  readonly kind: TraceKind;
  /** A bit set, see operation-index.ts. */
  readonly reasons: number;
  readonly count: number;
}

/** Adds up the values of what matched. */
export function facetCounts(counted: Iterable<CountedKind>): TraceFacets {
  const sums = new Map(FACET_NAMES.map((name) => [name, new Map<string, number>()]));
  for (const { kind, reasons, count } of counted) {
    const values = valuesOf(kind, reasons);
    for (const [name, sum] of sums)
      for (const value of values[name]) sum.set(value, (sum.get(value) ?? 0) + count);
  }
  const of = (name: FacetName): readonly FacetCount[] =>
    [...(sums.get(name) ?? [])]
      .map(([value, count]): FacetCount => ({ value, count }))
      .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
      .slice(0, MAX_VALUES);
  return {
    route: of('route'),
    status: of('status'),
    method: of('method'),
    agent: of('agent'),
    error: of('error'),
    reason: of('reason'),
  };
}

function valuesOf(kind: TraceKind, reasons: number): Readonly<Record<FacetName, readonly string[]>> {
  const { route, method, statusCode, agent, errors } = kind;
  return {
    route: route === undefined ? [] : [route],
    status: statusCode === undefined ? [] : [`${Math.floor(statusCode / 100)}xx`],
    method: method === undefined ? [] : [method],
    agent: agent === undefined ? [] : familiesOf(agent),
    error: errors,
    reason: KEEP_REASONS.filter((_reason, number) => (reasons & (1 << number)) !== 0),
  };
}
