import type { ClockStep } from '../aggregate/clock-watch.ts';
import type { Marker } from '../query.ts';
import type { SheddingTurn } from '../sampling/shedding.ts';

const UNITS: readonly (readonly [millis: number, unit: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
];

/**
 * Chart marker for a step of the wall clock.
 *
 * @param isWhileDown No process ran. While one runs, a machine that slept looks like a clock set forward.
 */
export function clockMarker({ fromMillis, toMillis }: ClockStep, isWhileDown = false): Marker {
  const by = toMillis - fromMillis;
  const cause = isWhileDown ? ' while no process ran' : by < 0 ? '' : ', or the machine slept';
  const label = `clock set ${by < 0 ? 'back' : 'forward'} by ${spanOf(Math.abs(by))}${cause}`;
  return { atMillis: toMillis, kind: 'clock', label };
}

/** Chart marker for the begin or end of shedding. */
export function shedMarker({ begins, atMillis, delayMillis }: SheddingTurn): Marker {
  const late = `event loop late by ${Math.round(delayMillis)} ms`;
  const label = begins ? `ordinary detail shed: ${late}` : 'ordinary detail recorded again';
  return { atMillis, kind: 'shedding', label };
}

/** In its two largest units. */
function spanOf(millis: number): string {
  let rest = millis;
  const parts = UNITS.flatMap(([size, unit]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count > 0 ? [`${count} ${unit}`] : [];
  });
  return parts.slice(0, 2).join(' ') || 'less than a second';
}
