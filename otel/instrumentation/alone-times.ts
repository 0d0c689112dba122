import type { ActiveRequest } from './active-requests.ts';

/** A stretch of time on the monotonic clock. */
export interface Stretch {
  readonly fromNanos: number;
  readonly toNanos: number;
}

/** Of a request that is open while many others come and go; later ones are left out. */
const MAX_STRETCHES = 500;
/** Requests that are not traced. While one of the first is not answered, nobody is alone; so more need not be known. */
const MAX_PASSED = 1000;

const NONE: readonly Stretch[] = [];

/** When what ran may have run for a request alone. */
export interface OwnTimes {
  /** No other was open: what ran then ran for it, or for no request at all. */
  readonly alone: readonly Stretch[];
  /** None had begun later: what the parser of requests called then, it called for this one. */
  readonly latest: Stretch;
}

/**
 * When a request was the only one open, or the last to begin. One that is not traced counts until it is answered, as far as that is looked for: at each
 * start and end of a request and at each turn of a timer.
 */
export class AloneTimes {
  readonly #open: ReadonlySet<ActiveRequest>;
  #alone: ActiveRequest | undefined;
  #sinceNanos = 0;
  /** Each says whether it is answered. */
  #passed: (() => boolean)[] = [];
  /** Of requests that were alone before, and are not now. */
  readonly #before = new Map<ActiveRequest, Stretch[]>();
  #latest: ActiveRequest | undefined;
  /** Of open requests: when another began. */
  readonly #latestUntil = new Map<ActiveRequest, number>();

  constructor(open: ReadonlySet<ActiveRequest>) {
    this.#open = open;
  }

  /** A request is open from now on. */
  began(request: ActiveRequest, nanos: number): void {
    this.#overtake(request, nanos);
    if (this.#alone !== undefined) this.#interrupt(nanos);
    else if (this.#open.size === 1 && !this.#isPassing()) this.#leave(request, nanos);
  }

  /** Its end is now. */
  ended(request: ActiveRequest, nanos: number): OwnTimes {
    const before = this.#before.get(request) ?? NONE;
    this.#before.delete(request);
    const wasAlone = this.#alone === request;
    if (wasAlone) this.#alone = undefined;
    const alone = wasAlone ? [...before, { fromNanos: this.#sinceNanos, toNanos: nanos }] : before;
    this.look(nanos);
    const toNanos = this.#latestUntil.get(request) ?? nanos;
    this.#latestUntil.delete(request);
    if (this.#latest === request) this.#latest = undefined;
    return { alone, latest: { fromNanos: request.startNanos, toNanos } };
  }

  /** One that is not traced begins. @param isAnswered Default: it is never known to be. */
  passed(isAnswered: () => boolean, nanos: number): void {
    this.#overtake(undefined, nanos);
    if (this.#alone !== undefined) this.#interrupt(nanos);
    if (this.#passed.length < MAX_PASSED) this.#passed.push(isAnswered);
  }

  /** A request may be alone from now on, because others were answered meanwhile. */
  look(nanos: number): void {
    if (this.#alone !== undefined || this.#isPassing() || this.#open.size !== 1) return;
    for (const only of this.#open) this.#leave(only, nanos);
  }

  #overtake(by: ActiveRequest | undefined, nanos: number): void {
    if (this.#latest !== undefined) this.#latestUntil.set(this.#latest, nanos);
    this.#latest = by;
  }

  #leave(request: ActiveRequest, nanos: number): void {
    this.#alone = request;
    this.#sinceNanos = nanos;
  }

  #interrupt(nanos: number): void {
    const request = this.#alone;
    this.#alone = undefined;
    if (request === undefined) return;
    const before = this.#before.get(request);
    const stretch = { fromNanos: this.#sinceNanos, toNanos: nanos };
    if (before === undefined) this.#before.set(request, [stretch]);
    else if (before.length < MAX_STRETCHES) before.push(stretch);
  }

  #isPassing(): boolean {
    if (this.#passed.length > 0) this.#passed = this.#passed.filter((isAnswered) => !isAnswered());
    return this.#passed.length > 0;
  }
}
