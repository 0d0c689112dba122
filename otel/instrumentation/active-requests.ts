import type { Attributes, Span } from '@opentelemetry/api';
import { requestLabels } from '../spans/metric-labels.ts';
import { type RequestWords, schemeOf } from './http-request-attributes.ts';
import { knownMethod } from './request-route.ts';
import { pathOf } from './untraced-paths.ts';

const MAX_PATH_CHARS = 300;

/** A request with its span. */
export interface ActiveRequest extends RequestWords {
  readonly span: Span;
  /** Monotonic. */
  readonly startNanos: number;
  /** Monotonic, of the first byte of its answer; undefined until then. */
  readonly firstByteNanos?: number | undefined;
}

/** Is told of every request; must not throw. */
export interface RequestListener {
  began(request: ActiveRequest): void;
  ended(request: ActiveRequest): void;
  /** One that is not traced begins. @param isAnswered True from the head of its answer on. */
  passed(path: string, isAnswered: () => boolean): void;
}

/** Of one method and scheme. */
export class ActiveCount {
  value = 0;
  readonly #requests: ActiveRequests;

  constructor(requests: ActiveRequests) {
    this.#requests = requests;
  }

  /** Call it once for each request that began. */
  end(request: ActiveRequest): void {
    this.value--;
    this.#requests.open.delete(request);
    this.#requests.listener?.ended(request);
  }
}

/** Requests whose response is not complete yet, and their number by method and scheme; untraced ones are not counted. */
export class ActiveRequests {
  /** In the order of their starts. */
  readonly open = new Set<ActiveRequest>();
  /** At most one. */
  listener: RequestListener | undefined;
  readonly #counts = new Map<Attributes, ActiveCount>();

  /** Returns where its end is counted. */
  begin(request: ActiveRequest): ActiveCount {
    const labels = requestLabels(knownMethod(request.verb), schemeOf(request));
    const count = this.#counts.get(labels) ?? new ActiveCount(this);
    this.#counts.set(labels, count);
    count.value++;
    this.open.add(request);
    this.listener?.began(request);
    return count;
  }

  /**
   * @param url Of a request that is not traced: its target.
   * @param isAnswered True from the head of its answer on.
   */
  pass(url: string, isAnswered: () => boolean): void {
    this.listener?.passed(pathOf(url).slice(0, MAX_PATH_CHARS), isAnswered);
  }

  /** Also those that are 0 now, so that a series does not vanish. */
  counts(): readonly { readonly attributes: Attributes; readonly value: number }[] {
    return [...this.#counts].map(([attributes, { value }]) => ({ attributes, value }));
  }
}
