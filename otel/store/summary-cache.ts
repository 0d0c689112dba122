import type { TraceSummary } from '../query.ts';

/** Twice what the search for repeated statements goes through with every overview; ~300 bytes each. */
const MAX_SUMMARIES = 2000;

/** Lines of lists that were read out of whole traces on disk, so that the next list reads none of them again. */
export class SummaryCache {
  readonly #known = new Map<string, { readonly version: string; readonly summary: TraceSummary }>();

  /** @param version Differs when the trace was written anew. */
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
