/** Position of a trace in its chain, and its size. */
export interface ChainLink<Trace extends ChainLink<Trace>> {
  chain: TraceChain<Trace> | undefined;
  older: Trace | undefined;
  newer: Trace | undefined;
  readonly bytes: number;
}

/** Traces in order of insertion, linked through the records; every step takes O(1). A trace is in at most one chain. */
export class TraceChain<Trace extends ChainLink<Trace>> {
  #newest: Trace | undefined;
  oldest: Trace | undefined;
  size = 0;
  /** Sum of its traces; a caller that grows a trace adds the difference. */
  bytes = 0;

  oldestBut(trace: Trace | undefined): Trace | undefined {
    return this.oldest === trace ? this.oldest?.newer : this.oldest;
  }

  *newestFirst(): Iterable<Trace> {
    for (let trace = this.#newest; trace !== undefined; trace = trace.older) yield trace;
  }

  append(trace: Trace): void {
    trace.chain = this;
    trace.older = this.#newest;
    if (this.#newest === undefined) this.oldest = trace;
    else this.#newest.newer = trace;
    this.#newest = trace;
    this.size++;
    this.bytes += trace.bytes;
  }

  remove(trace: Trace): void {
    const { older, newer } = trace;
    if (older === undefined) this.oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    trace.chain = trace.older = trace.newer = undefined;
    this.size--;
    this.bytes -= trace.bytes;
  }
}
