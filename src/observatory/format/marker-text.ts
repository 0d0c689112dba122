import type { Marker } from '../../../otel/query.ts';
import { momentText } from './moment.ts';

/** A marker in words; for a start also how the previous process ended. */
export function markerText({ label, before }: Marker, now: number): string {
  if (before === undefined) return label;
  const at = momentText(before.atMillis, now);
  switch (before.ended) {
    case 'stopped':
      return `${label} after a stop at ${at}`;
    case 'crashed':
      return `${label} after a crash at ${at}`;
    case 'killed':
      return `${label}; the previous process was killed, last seen ${at}`;
    case 'machine restarted':
      return `${label}; the machine had restarted, the previous process was last seen ${at}`;
    case 'slept':
      return `${label}; the machine had been suspended at ${at}`;
    case 'not stopped':
      return `${label}; the previous process did not shut down, last seen ${at}`;
    case 'running':
      return `${label} while another process was running`;
  }
}
