import type { ProcessBefore } from './downtime.ts';

/** A moment that every time chart marks: a process start, a settings change, a step of the system clock, the begin or end of shedding, an event of the app. */
export interface Marker {
  readonly atMillis: number;
  readonly kind: 'start' | 'settings' | 'clock' | 'shedding' | 'event';
  readonly label: string;
  /** For a start of another version than that of the process before. */
  readonly versions?: { readonly before: string; readonly after: string };
  /** For a start: how the previous process ended, if it is known. */
  readonly before?: ProcessBefore;
}
