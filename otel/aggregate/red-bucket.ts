import type { DurationSummary } from '../query.ts';
import { DurationSketch } from './duration-sketch.ts';
import type { EndedOperation } from './ended-operation.ts';

/** Rate, errors and durations of some operations over some time. */
export class RedBucket {
  errors = 0;
  clientErrors = 0;
  aborted = 0;
  kept = 0;
  rows = 0;
  readonly durations = new DurationSketch();

  get count(): number {
    return this.durations.count;
  }
  get isEmpty(): boolean {
    return this.durations.count === 0 && this.kept === 0;
  }

  record(operation: EndedOperation): void {
    this.durations.add(operation.durationNanos);
    if (operation.failed) this.errors++;
    if (operation.clientError) this.clientErrors++;
    if (operation.aborted) this.aborted++;
    if (operation.rows !== undefined) this.rows += operation.rows;
  }

  merge(other: RedBucket): void {
    this.errors += other.errors;
    this.clientErrors += other.clientErrors;
    this.aborted += other.aborted;
    this.kept += other.kept;
    this.rows += other.rows;
    this.durations.merge(other.durations);
  }

  reset(): void {
    this.errors = this.clientErrors = this.aborted = this.kept = this.rows = 0;
    this.durations.reset();
  }

  durationSummary(): DurationSummary {
    const durations = this.durations;
    const millis = (q: number): number => durations.quantileNanos(q) / 1e6;
    return {
      avg: durations.count === 0 ? 0 : durations.sumNanos / durations.count / 1e6,
      min: durations.minNanos / 1e6,
      max: durations.maxNanos / 1e6,
      p50: millis(0.5),
      p90: millis(0.9),
      p95: millis(0.95),
      p99: millis(0.99),
    };
  }
}
