import type { ActiveRequest } from './active-requests.ts';

/** A request that was open during a stall, or may have arrived during it. */
export interface SeenRequest {
  readonly request: ActiveRequest;
  /** Monotonic, and how long the loop had slept until then; undefined while it is open. */
  readonly ended?: { readonly nanos: number; readonly idleMillis: number } | undefined;
}
