import type {
  HistoryFacts,
  OperationFilter,
  OperationList,
  SampledSide,
  SampleFilter,
  TimeRange,
  TraceFilter,
  TraceList,
} from '../query.ts';
import { contains } from '../base/time-range.ts';
import { facetCounts } from './facet-counts.ts';
import type { CountedKind } from './facet-counts.ts';
import { reasonBits } from './operation-index.ts';
import {
  failedOperations,
  newestOfEach,
  operationList,
  slowOperations,
  type Thresholds,
} from './operation-rows.ts';
import { endMillisOf, type SpanRecord } from './span-record.ts';
import type { SearchedTrace } from './term-matcher.ts';
import { matchTraces, traceRows } from './trace-filter.ts';
import { kindOf } from './trace-kind.ts';
import { drawSide, sideOf, type SavedSide, type Side } from './trace-sample.ts';
import type { SavedTrace } from './trace-table.ts';
import type { TraceRecord } from './trace-record.ts';
import type { TraceRing } from './trace-ring.ts';
import type { FoundOperations, FoundTraces } from './trace-search.ts';

/** Traces of the history file; undefined results mean that there is none, or it cannot be read. */
export interface TraceArchive {
  facts(): HistoryFacts | undefined;
  saved(traceId: string): SavedTrace | undefined;
  /** Returns false if the trace is not in the file, or too many are pinned. */
  pin(traceId: string, pinned: boolean): boolean | undefined;
  /** Operations of type http that ended in the range, without those of the traces in memory. */
  requests(range: TimeRange, heldIds: readonly string[]): number | undefined;
  /** Those of the ids that the file has. */
  known(traceIds: readonly string[]): readonly string[] | undefined;
  traces(filter: TraceFilter, heldIds: readonly string[]): FoundTraces | undefined;
  slow(
    thresholds: Thresholds,
    filter: OperationFilter,
    heldIds: readonly string[],
  ): FoundOperations | undefined;
  failures(filter: OperationFilter, heldIds: readonly string[]): FoundOperations | undefined;
  sample(
    filter: SampleFilter,
    thresholds: Thresholds,
    heldIds: readonly string[],
  ): Readonly<Record<Side, SavedSide>> | undefined;
  spansOf(traceId: string): SearchedTrace | undefined;
}

/** Kept traces in memory and on disk as one: memory is newer, and evicted traces are read from the file. */
export class KeptTraces {
  readonly #ring: TraceRing;
  readonly #archive: TraceArchive | undefined;

  constructor(ring: TraceRing, archive?: TraceArchive) {
    this.#ring = ring;
    this.#archive = archive;
  }

  list(filter: TraceFilter): TraceList {
    const { traces, ids } = this.#held();
    const held = matchTraces(traces, filter);
    const saved = this.#archive?.traces(filter, ids);
    const total = held.length + (saved?.total ?? 0);
    const found = traceRows([...held, ...(saved?.matches ?? [])], filter, saved?.ahead);
    const facets =
      filter.facets === true
        ? facetCounts([...held.map(({ trace }) => countedKind(trace)), ...(saved?.kinds ?? [])])
        : undefined;
    return {
      ...found,
      total,
      ...(saved?.searched && { searched: saved.searched }),
      ...(facets && { facets }),
    };
  }

  /** Operations of type http that ended in the range. */
  requests(range: TimeRange): number {
    const { traces, ids } = this.#held();
    const held = traces.reduce((sum, { spans }) => sum + spans.filter(isRequestIn(range)).length, 0);
    return held + (this.#archive?.requests(range, ids) ?? 0);
  }

  slow(thresholds: Thresholds, filter: OperationFilter = {}): OperationList {
    const { traces, ids } = this.#held();
    const found = slowOperations(traces, thresholds, filter);
    return together(found, this.#archive?.slow(thresholds, filter, ids), filter);
  }

  failures(filter: OperationFilter = {}): OperationList {
    const { traces, ids } = this.#held();
    return together(failedOperations(traces, filter), this.#archive?.failures(filter, ids), filter);
  }

  /** A few traces of the file in each step. */
  *sample(
    filter: SampleFilter,
    thresholds: Thresholds,
  ): Generator<undefined, Readonly<Record<Side, SampledSide>>> {
    const { traces, ids } = this.#held();
    const held = Map.groupBy(traces, ({ spans }) => sideOf(spans, filter, thresholds));
    const saved = this.#archive?.sample(filter, thresholds, ids);
    const draw = (side: Side): Generator<undefined, SampledSide> =>
      drawSide(held.get(side) ?? [], saved?.[side], (id) => this.#archive?.spansOf(id), filter.limit);
    return { marked: yield* draw('marked'), rest: yield* draw('rest') };
  }

  /** Those of these that are not held. */
  missing(traceIds: readonly string[]): readonly string[] {
    const others = [...new Set(traceIds)].filter((traceId) => this.#ring.get(traceId) === undefined);
    const saved = new Set(this.#archive?.known(others));
    return others.filter((traceId) => !saved.has(traceId));
  }

  /** A trace with its saved log lines; undefined logs are unknown. */
  find(traceId: string): SavedTrace | undefined {
    const held = this.#ring.get(traceId);
    const saved = this.#archive?.saved(traceId);
    if (held === undefined) return saved;
    return { trace: whole(held, saved), logs: saved?.logs };
  }

  #held(): { readonly traces: readonly TraceRecord[]; readonly ids: readonly string[] } {
    const held = [...this.#ring.values()];
    const doubtful = held.filter(({ isWhole }) => !isWhole).map(({ traceId }) => traceId);
    const begun = new Set(this.#archive?.known(doubtful));
    const traces = held.map((trace) =>
      begun.has(trace.traceId) ? whole(trace, this.#archive?.saved(trace.traceId)) : trace,
    );
    return { traces, ids: held.map(({ traceId }) => traceId) };
  }
}

function isRequestIn(range: TimeRange): (span: SpanRecord) => boolean {
  return (span) => span.type === 'http' && contains(range, endMillisOf(span));
}

/** The file holds the beginning of a trace that was evicted before it got more spans, or that another process started. */
function whole(trace: TraceRecord, saved: SavedTrace | undefined): TraceRecord {
  return saved === undefined || trace.isWhole ? trace : trace.after(saved.trace);
}

function together(
  held: Parameters<typeof operationList>[0],
  saved: FoundOperations | undefined,
  { limit, newestSince }: OperationFilter,
): OperationList {
  const found = [...held, ...(saved?.found ?? [])];
  const asked = newestSince === undefined ? found : newestOfEach(found, newestSince);
  return operationList(asked, held.length + (saved?.total ?? 0), limit);
}

function countedKind(trace: TraceRecord): CountedKind {
  return { kind: kindOf(trace), reasons: reasonBits(trace.spans), count: 1 };
}
