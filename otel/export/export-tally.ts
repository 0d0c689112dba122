import { DurationSketch } from '../aggregate/duration-sketch.ts';
import { failedOf, RejectedItems } from './rejected-items.ts';

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

  constructor(component: ExportComponent, nanos: () => number = () => performance.now() * 1e6) {
    this.component = component;
    this.#nanos = nanos;
  }

  get inflight(): number {
    return this.#inflight;
  }

  outcomes(): readonly ExportOutcome[] {
    return this.#outcomes;
  }

  /** Call the returned function once, when the export has ended. */
  start(items: number): (error?: unknown) => void {
    const startNanos = this.#nanos();
    this.#inflight += items;
    return (error) => {
      this.#inflight -= items;
      const rejected = failedOf(error, items);
      const outcome = this.#outcome(error === undefined ? undefined : errorTypeOf(error));
      outcome.durations.add(Math.max(0, this.#nanos() - startNanos));
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

/** `error.type` of a failed export: the status, the system's code, or the error's class. */
export function errorTypeOf(error: unknown): string {
  if (error instanceof RejectedItems) return 'rejected';
  if (!(error instanceof Error)) return OTHER;
  const code = 'code' in error ? error.code : undefined;
  if (typeof code === 'number' || (typeof code === 'string' && code !== '')) return String(code);
  return error.name;
}

/** Aborted before the response; `name` states the reason. */
export class CutOff extends Error {
  constructor(name: 'timeout' | 'shutdown', message: string) {
    super(message);
    this.name = name;
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
