import type { Attributes } from '@opentelemetry/api';
import { requestLabels } from '../spans/metric-labels.ts';
import { type RequestWords, schemeOf } from './http-request-attributes.ts';
import { knownMethod } from './request-route.ts';

/** Number of requests whose response is not complete yet, by method and scheme; untraced ones are not counted. */
export class ActiveRequests {
  readonly #counts = new Map<Attributes, number>();

  begin(request: RequestWords): void {
    this.#add(request, 1);
  }

  /** Call it once for each that began. */
  end(request: RequestWords): void {
    this.#add(request, -1);
  }

  /** Also those that are 0 now, so that a series does not vanish. */
  counts(): readonly { readonly attributes: Attributes; readonly value: number }[] {
    return [...this.#counts].map(([attributes, value]) => ({ attributes, value }));
  }

  #add(request: RequestWords, change: number): void {
    const labels = requestLabels(knownMethod(request.verb), schemeOf(request));
    this.#counts.set(labels, (this.#counts.get(labels) ?? 0) + change);
  }
}
