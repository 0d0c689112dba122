import type { BufferedTrace } from './buffered-trace.ts';

/** Traces in the order they came, linked through themselves: a trace is in one list at a time, and leaves it in O(1). */
export class TraceList {
  #oldest: BufferedTrace | undefined;
  #newest: BufferedTrace | undefined;
  #size = 0;

  get oldest(): BufferedTrace | undefined {
    return this.#oldest;
  }
  get size(): number {
    return this.#size;
  }

  push(trace: BufferedTrace): void {
    trace.older = this.#newest;
    trace.newer = undefined;
    if (this.#newest === undefined) this.#oldest = trace;
    else this.#newest.newer = trace;
    this.#newest = trace;
    this.#size++;
  }

  remove(trace: BufferedTrace): void {
    if (trace.older === undefined) this.#oldest = trace.newer;
    else trace.older.newer = trace.newer;
    if (trace.newer === undefined) this.#newest = trace.older;
    else trace.newer.older = trace.older;
    trace.older = trace.newer = undefined;
    this.#size--;
  }
}
