import type { TraceSummary } from '../query.ts';

/** Twice what the search for repeated statements reads for each overview; ~300 bytes each. */
const MAX_SUMMARIES = 2000;

/** Caches list rows that were derived from whole traces on disk, so that the next list reads none of them again. */
export class SummaryCache {
  readonly #known = new Map<string, { readonly version: string; readonly summary: TraceSummary }>();

  /** @param version Changes when the trace is rewritten. */
  of(traceId: string, version: string, read: () => TraceSummary | undefined): TraceSummary | undefined {
    const known = this.#known.get(traceId);
    if (known?.version === version) return known.summary;
    const summary = read();
    if (summary === undefined) return undefined;
    this.#known.delete(traceId);
    this.#known.set(traceId, { version, summary });
    if (this.#known.size > MAX_SUMMARIES) this.#known.delete(this.#known.keys().next().value!);
    return summary;
  }
}
