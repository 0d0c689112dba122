import type { Attributes } from '@opentelemetry/api';
import { requestLabels } from '../spans/metric-labels.ts';
import { type RequestWords, schemeOf } from './http-request-attributes.ts';
import { knownMethod } from './request-route.ts';

/** Of one method and scheme. */
export class ActiveCount {
  value = 0;

  /** Call it once for each request that began. */
  end(): void {
    this.value--;
  }
}

/** Number of requests whose response is not complete yet, by method and scheme; untraced ones are not counted. */
export class ActiveRequests {
  readonly #counts = new Map<Attributes, ActiveCount>();

  /** Returns where its end is counted. */
  begin(request: RequestWords): ActiveCount {
    const labels = requestLabels(knownMethod(request.verb), schemeOf(request));
    const count = this.#counts.get(labels) ?? new ActiveCount();
    this.#counts.set(labels, count);
    count.value++;
    return count;
  }

  /** Also those that are 0 now, so that a series does not vanish. */
  counts(): readonly { readonly attributes: Attributes; readonly value: number }[] {
    return [...this.#counts].map(([attributes, { value }]) => ({ attributes, value }));
  }
}
