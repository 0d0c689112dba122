import type { HrTime, TimeInput } from '@opentelemetry/api';
import { isTimeInputHrTime, millisToHrTime } from '@opentelemetry/core';
import type { Clock } from '../base/clock.ts';
import { plusNanos } from './hr-time.ts';
import type { SpanSource, TimeOrigin } from './span-source.ts';

interface Started {
  readonly startNanos: number;
  readonly origin: TimeOrigin;
}

/** Time since the start; by the wall clock if the monotonic one fails. Never throws. */
export function elapsedNanos({ clock, guard }: SpanSource, { startNanos, origin }: Started): number {
  try {
    const elapsed = clock.monotonicNanos() - startNanos;
    if (!Number.isNaN(elapsed)) return Math.max(0, elapsed);
  } catch (error) {
    guard.report('http clock', error);
  }
  return guard.run('http clock', () => Math.max(0, (clock.now() - origin.millis) * 1e6), 0);
}

/** An absolute time as the SDK accepts it; undefined for none and for a value of `performance.now()`. */
export function givenTime(time: TimeInput | undefined): HrTime | undefined {
  if (isTimeInputHrTime(time)) return time;
  if (time instanceof Date) return millisToHrTime(time.getTime());
  return typeof time === 'number' && time > performance.now() ? millisToHrTime(time) : undefined;
}

/** Time since a value of `performance.now()`; 0 if it is not a number. */
export function nanosSince(time: TimeInput | undefined): number {
  return typeof time === 'number' ? (performance.now() - time) * 1e6 : 0;
}

/** Wall-clock time of a monotonic moment, by both clocks' current values. */
export function timeOfNanos(nanos: number, clock: Clock): HrTime {
  const nowMillis = clock.now();
  const wholeSeconds = Math.floor(nowMillis / 1000);
  return plusNanos([wholeSeconds, (nowMillis - wholeSeconds * 1000) * 1e6], nanos - clock.monotonicNanos());
}
