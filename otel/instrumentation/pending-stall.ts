import type { Span } from '@opentelemetry/api';
import type { LateArrivals } from './late-arrivals.ts';
import type { SampledStall } from './stall-messages.ts';
import type { SeenRequest } from './seen-request.ts';
import type { StallPart } from './stall-turns.ts';

/** A turn of the loop, and how long it had slept until then. */
export interface Beat {
  readonly nanos: number;
  readonly micros: number;
  readonly idleMillis: number;
}

/** The main thread as the probe found it. */
export interface Probed {
  readonly span: Span | undefined;
  readonly stack: string | undefined;
  /** Monotonic. */
  readonly nanos: number;
}

/** A stall whose samples are awaited. */
export interface PendingStall {
  /** The end of the turn before it, or of the stall before it within its turn. */
  readonly fromNanos: number;
  /** True if nothing else ran in its turn before it. */
  readonly isFirst: boolean;
  /** Whom the loop ran for. */
  readonly parts: readonly StallPart[];
  /** How long the loop slept after that. */
  readonly sleptMillis: number;
  /** How long it had slept in all, at the end. */
  readonly idleMillis: number;
  readonly toNanos: number;
  readonly toMicros: number;
  readonly atMillis: number;
  readonly probed: Probed | undefined;
  readonly requests: SeenRequest[];
  /** Undefined once all that can have arrived is read. */
  late: LateArrivals | undefined;
  /** Set if samples came before that. */
  sampled?: SampledStall;
  readonly timer: NodeJS.Timeout;
}
