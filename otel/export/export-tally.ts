import { DurationSketch } from '../aggregate/duration-sketch.ts';
import { systemClock } from '../base/clock.ts';
import { errorTypeOf, failedOf } from './delivery.ts';

/** A component in the sense of the semantic conventions. */
export interface ExportComponent {
  /** `otel.component.type`. */
  readonly type: string;
  /** `otel.component.name`: unique within the process. */
  readonly name: string;
  readonly item: 'span' | 'metric_data_point' | 'log';
  readonly serverAddress?: string | undefined;
  readonly serverPort?: number | undefined;
}

/** Exports with one outcome; without `errorType` the successful ones. */
export interface ExportOutcome {
  readonly errorType: string | undefined;
  readonly items: number;
  readonly durations: DurationSketch;
}

/** Backstop: error types are few. */
const MAX_OUTCOMES = 20;
const OTHER = '_OTHER';

interface Outcome {
  errorType: string | undefined;
  items: number;
  durations: DurationSketch;
}

/** Counts items exported and their outcomes: started = inflight + all outcomes. */
export class ExportTally {
  readonly component: ExportComponent;
  readonly #nanos: () => number;
  readonly #outcomes: Outcome[] = [];
  #inflight = 0;

  constructor(component: ExportComponent, nanos: () => number = systemClock.monotonicNanos) {
    this.component = component;
    this.#nanos = nanos;
  }

  get inflight(): number {
    return this.#inflight;
  }

  outcomes(): readonly ExportOutcome[] {
    return this.#outcomes;
  }

  /** Call the returned function once, when the attempt has ended; `isOver` is false if the same items are sent again. */
  start(items: number): (isOver: boolean, error?: unknown) => void {
    const startNanos = this.#nanos();
    this.#inflight += items;
    return (isOver, error) => {
      this.#inflight -= items;
      const rejected = failedOf(error, items);
      const outcome = this.#outcome(error === undefined ? undefined : errorTypeOf(error));
      outcome.durations.add(Math.max(0, this.#nanos() - startNanos));
      if (!isOver) return;
      outcome.items += rejected;
      if (rejected < items) this.#outcome(undefined).items += items - rejected;
    };
  }

  #outcome(errorType: string | undefined): Outcome {
    const found = this.#outcomes.find((outcome) => outcome.errorType === errorType);
    if (found !== undefined) return found;
    if (this.#outcomes.length >= MAX_OUTCOMES && errorType !== OTHER && errorType !== undefined)
      return this.#outcome(OTHER);
    const outcome: Outcome = { errorType, items: 0, durations: new DurationSketch() };
    this.#outcomes.push(outcome);
    return outcome;
  }
}

const numbers = new Map<string, number>();

/** The next component of its type in this process. */
export function componentOf(item: ExportComponent['item'], type: string, endpoint: string): ExportComponent {
  const number = numbers.get(type) ?? 0;
  numbers.set(type, number + 1);
  const url = URL.parse(endpoint);
  const isHttp = url !== null && /^https?:$/.test(url.protocol);
  const defaultPort = url?.protocol === 'https:' ? 443 : 80;
  return {
    item,
    type,
    name: `${type}/${number}`,
    serverAddress: isHttp ? url.hostname : undefined,
    serverPort: isHttp ? Number(url.port) || defaultPort : undefined,
  };
}
