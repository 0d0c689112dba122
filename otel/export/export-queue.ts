import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { sizeOf } from '../spans/size.ts';

interface Bundle {
  readonly spans: readonly ReadableSpan[];
  readonly bytes: number;
}

/**
 * Spans queued for export, bounded in count and bytes. Spans added in one call (the kept spans of a trace) stay together and are dropped together,
 * oldest first, so that a full queue loses whole traces instead of parts.
 */
export class ExportQueue {
  readonly #maxSpans: number;
  readonly #maxBytes: number;
  /** Live from #head on; the emptied front is trimmed now and then, so that taking is O(1). */
  #bundles: (Bundle | undefined)[] = [];
  #head = 0;
  #spans = 0;
  #bytes = 0;

  constructor(maxSpans: number, maxBytes: number) {
    this.#maxSpans = maxSpans;
    this.#maxBytes = maxBytes;
  }

  get spans(): number {
    return this.#spans;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Returns how many spans were dropped to make room: older ones, or all of these if they alone are too many. */
  add(spans: readonly ReadableSpan[]): number {
    const bundle = bundleOf([...spans]);
    if (bundle.spans.length > this.#maxSpans || bundle.bytes > this.#maxBytes) return bundle.spans.length;
    this.#bundles.push(bundle);
    this.#spans += bundle.spans.length;
    this.#bytes += bundle.bytes;
    let dropped = 0;
    while (this.#spans > this.#maxSpans || this.#bytes > this.#maxBytes)
      dropped += this.#shift()?.spans.length ?? 0;
    return dropped;
  }

  /** Removes the oldest traces, at most `maxSpans` spans; only a larger trace is split. */
  take(maxSpans: number): ReadableSpan[] {
    const batch: ReadableSpan[] = [];
    for (let next = this.#bundles[this.#head]; next !== undefined; next = this.#bundles[this.#head]) {
      if (batch.length === 0 && next.spans.length > maxSpans) return this.#takePart(next, maxSpans);
      if (batch.length + next.spans.length > maxSpans) break;
      batch.push(...next.spans);
      this.#shift();
    }
    return batch;
  }

  /** Returns how many spans were queued. */
  clear(): number {
    const spans = this.#spans;
    this.#bundles = [];
    this.#head = this.#spans = this.#bytes = 0;
    return spans;
  }

  #takePart(bundle: Bundle, maxSpans: number): ReadableSpan[] {
    const rest = bundleOf(bundle.spans.slice(maxSpans));
    this.#bundles[this.#head] = rest;
    this.#spans -= maxSpans;
    this.#bytes -= bundle.bytes - rest.bytes;
    return bundle.spans.slice(0, maxSpans);
  }

  #shift(): Bundle | undefined {
    const bundle = this.#bundles[this.#head];
    if (bundle === undefined) return undefined;
    this.#spans -= bundle.spans.length;
    this.#bytes -= bundle.bytes;
    this.#bundles[this.#head++] = undefined;
    if (this.#head * 2 > this.#bundles.length) {
      this.#bundles = this.#bundles.slice(this.#head);
      this.#head = 0;
    }
    return bundle;
  }
}

function bundleOf(spans: readonly ReadableSpan[]): Bundle {
  return { spans, bytes: spans.reduce((sum, span) => sum + sizeOf(span), 0) };
}
