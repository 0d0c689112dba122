import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Operation } from '../../../otel/spans/operation.ts';
import { RedAggregator } from '../../../otel/aggregate/red-aggregator.ts';
import { TIERS } from '../../../otel/aggregate/tiers.ts';
import { Guard } from '../../../otel/base/guard.ts';
import type { OperationType, TimeRange } from '../../../otel/query.ts';
import type { HistoryPart } from '../../../otel/store/history-part.ts';
import { History } from '../../../otel/store/history.ts';
import { TraceRing } from '../../../otel/store/trace-ring.ts';
import { afterThisTest } from '../../fixtures/after-tests.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

/** What was actually sent: a plain list without tiers, bounds or files. */
export interface Sent {
  readonly atMillis: number;
  readonly type: OperationType;
  readonly series: string;
  readonly nanos: number;
  readonly failed: boolean;
  /** Of requests. */
  readonly statusCode?: number;
  kept: boolean;
}

export class FakeClock {
  millis: number;
  #monotonicMillis = 0;
  constructor(millis: number) {
    this.millis = millis;
  }
  readonly now = (): number => this.millis;
  readonly monotonicNanos = (): number => this.#monotonicMillis * 1e6;
  /** Advances time. */
  pass(millis: number): void {
    this.millis += millis;
    this.#monotonicMillis += millis;
  }
  /** Sets the wall clock. */
  step(millis: number): void {
    this.millis += millis;
  }
}

/** Other kinds of history besides the counts. */
export type PartsOf = (red: RedAggregator, clock: FakeClock) => readonly HistoryPart[];

/** A counting process with the real aggregator and a real file. */
export class CountingProcess {
  readonly red: RedAggregator;
  readonly history: History | undefined;
  readonly guard = new Guard();
  readonly #clock: FakeClock;
  readonly #ledger: Sent[];
  readonly #kept: (() => void)[] = [];

  constructor(place: CountingPlace, id: string, tierBytes: number, partsOf: PartsOf) {
    this.#clock = place.clock;
    this.#ledger = place.ledger;
    this.red = new RedAggregator({
      clock: place.clock,
      rates: () => ({ http: 1, database: 1, render: 1, other: 1 }),
      processId: id,
      tiers: TIERS.map((tier) => ({ ...tier, maxBytes: tierBytes })),
      onClockStep: (step) => place.steps.push(step.toMillis - step.fromMillis),
    });
    if (place.path === undefined) return;
    this.history = new History({
      Database,
      path: place.path,
      days: 30,
      ring: new TraceRing({ maxTraces: 1, maxBytes: 1e6, now: place.clock.now }),
      rollUps: this.red.rollUps(),
      parts: partsOf(this.red, place.clock),
      guard: this.guard,
      clock: place.clock,
      log: () => {},
      isOwnerGone: ({ processId }) => !place.alive.has(processId),
    });
    this.history.start();
  }

  send(type: OperationType, series: string, nanos: number, failed: boolean, isKept: boolean): void {
    const endMillis = this.#clock.now();
    const sent: Sent = { atMillis: endMillis, type, series, nanos, failed, kept: false };
    const operation: Operation = {
      type,
      series,
      endMillis,
      durationNanos: nanos,
      failed,
      clientError: false,
      aborted: false,
    };
    this.#ledger.push(sent);
    const counted = this.red.record(operation);
    if (!isKept) return;
    this.#kept.push(() => {
      sent.kept = true;
      this.red.recordKept(type, series, counted);
    });
  }

  /** A request that ends now with an answer. */
  answer(series: string, nanos: number, statusCode: number): void {
    const atMillis = this.#clock.now();
    const failed = statusCode >= 500;
    const clientError = statusCode >= 400 && !failed;
    this.#ledger.push({ atMillis, type: 'http', series, nanos, failed, statusCode, kept: false });
    this.red.record({
      type: 'http',
      series,
      endMillis: atMillis,
      durationNanos: nanos,
      failed,
      clientError,
      aborted: false,
      statusCode,
    });
  }

  /** Verdicts come later than the ends of operations. */
  decide(): void {
    for (const keep of this.#kept.splice(0)) keep();
  }
}

/** Processes that count one after the other or concurrently, with a clock, a file, and the list of what was sent. */
export class CountingPlace {
  readonly ledger: Sent[] = [];
  readonly steps: number[] = [];
  readonly alive = new Set<string>();
  readonly clock: FakeClock;
  readonly path: string | undefined;
  readonly #processes: CountingProcess[] = [];

  constructor(startMillis: number, hasFile: boolean) {
    this.clock = new FakeClock(startMillis);
    this.path = hasFile ? join(temporaryFolder(), 'telemetry.sqlite') : undefined;
    afterThisTest(() => this.close());
  }

  start(tierBytes = 1e6, partsOf: PartsOf = () => []): CountingProcess {
    const id = `process-${this.#processes.length}`;
    this.alive.add(id);
    const process = new CountingProcess(this, id, tierBytes, partsOf);
    this.#processes.push(process);
    return process;
  }

  /** Killed ones, too: their timers would keep writing. */
  close(): void {
    for (const { history } of this.#processes) history?.close();
  }

  sentIn({ fromMillis, toMillis }: TimeRange): readonly Sent[] {
    return this.ledger.filter(({ atMillis }) => atMillis >= fromMillis && atMillis < toMillis);
  }
}
