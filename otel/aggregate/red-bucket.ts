import type { DurationSummary } from '../query.ts';
import { DurationSketch } from './duration-sketch.ts';
import type { Operation } from '../spans/operation.ts';
import { StatusCounts } from './status-counts.ts';

/** A fixed definition of slow, independent of the thresholds in force, so that counts add up over weeks and restarts. */
export const SLOW_NANOS = 1e9;
/** Number of fixed `counters`; statuses and their counts follow alternately. */
const FIXED_COUNTERS = 7;

/** Rate, errors and durations of operations over a period. */
export class RedBucket {
  errors = 0;
  clientErrors = 0;
  aborted = 0;
  kept = 0;
  rows = 0;
  /** A second or longer; for requests, to the first byte. */
  slow = 0;
  /** http: requests that queued behind others, and their total wait. */
  waited = 0;
  waitMicros = 0;
  /** http only. */
  readonly statuses = new StatusCounts();
  #readStatus = 0;
  readonly durations = new DurationSketch();

  get count(): number {
    return this.durations.count;
  }
  get isEmpty(): boolean {
    return this.durations.count === 0 && this.kept === 0;
  }

  record(operation: Operation): void {
    const { durationNanos } = operation;
    this.durations.add(durationNanos);
    // Exactly one result each, so that the parts add up to the whole.
    if (operation.failed) this.errors++;
    else if (operation.aborted) this.aborted++;
    else if (operation.clientError) this.clientErrors++;
    if (operation.rows !== undefined) this.rows += operation.rows;
    // The first byte cannot come after the end.
    if (durationNanos >= SLOW_NANOS && (operation.answerNanos ?? durationNanos) >= SLOW_NANOS) this.slow++;
    if (operation.type === 'http') this.#recordRequest(operation);
  }

  #recordRequest({ statusCode, waitNanos = 0 }: Operation): void {
    if (statusCode !== undefined) this.statuses.add(statusCode, 1);
    if (!(waitNanos > 0)) return;
    this.waited++;
    this.waitMicros += Math.round(waitNanos / 1000);
  }

  /** All counts except `kept` and durations, in an append-only order: the packed format depends on it. */
  counters(): readonly number[] {
    const { errors, clientErrors, aborted, rows, slow, waited, waitMicros } = this;
    return [errors, clientErrors, aborted, rows, slow, waited, waitMicros, ...this.statuses.flat()];
  }

  /** Adds to the counter at this index of `counters`; indexes must be added in order. */
  addCounter(place: number, count: number): void {
    if (place === 0) this.errors += count;
    else if (place === 1) this.clientErrors += count;
    else if (place === 2) this.aborted += count;
    else if (place === 3) this.rows += count;
    else if (place === 4) this.slow += count;
    else if (place === 5) this.waited += count;
    else if (place === 6) this.waitMicros += count;
    else if ((place - FIXED_COUNTERS) % 2 === 0) this.#readStatus = count;
    else this.statuses.add(this.#readStatus, count);
  }

  merge(other: RedBucket): void {
    this.errors += other.errors;
    this.clientErrors += other.clientErrors;
    this.aborted += other.aborted;
    this.kept += other.kept;
    this.rows += other.rows;
    this.slow += other.slow;
    this.waited += other.waited;
    this.waitMicros += other.waitMicros;
    this.statuses.merge(other.statuses);
    this.durations.merge(other.durations);
  }

  reset(): void {
    this.errors = this.clientErrors = this.aborted = this.kept = this.rows = this.slow = 0;
    this.waited = this.waitMicros = 0;
    this.statuses.reset();
    this.durations.reset();
  }

  durationSummary(): DurationSummary {
    const durations = this.durations;
    const [p50, p75, p90, p95, p99] = durations
      .quantilesNanos([0.5, 0.75, 0.9, 0.95, 0.99])
      .map((nanos) => nanos / 1e6);
    return {
      avg: durations.count === 0 ? 0 : durations.sumNanos / durations.count / 1e6,
      min: durations.minNanos / 1e6,
      max: durations.maxNanos / 1e6,
      p50: p50!,
      p75: p75!,
      p90: p90!,
      p95: p95!,
      p99: p99!,
    };
  }
}
