import type { Marker } from '../../../otel/query.ts';
import { momentText } from './moment.ts';

/** A marker in full: of a start also how the process before it ended. */
export function markerText({ label, before }: Marker, now: number): string {
  if (before === undefined) return label;
  const at = momentText(before.atMillis, now);
  switch (before.ended) {
    case 'stopped':
      return `${label} after a stop at ${at}`;
    case 'not stopped':
      return `${label}; the process before ended without a stop, last seen ${at}`;
    case 'running':
      return `${label} beside a process that was running`;
  }
}
