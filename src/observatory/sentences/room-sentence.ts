import type { TelemetryQuery } from '../../../otel/query.ts';
import { sumOf } from '../../markup/quantity.ts';
import type { Links } from '../links.ts';
import { plural, type Sentence } from './sentence.ts';

/** Number of kept traces that are neither in memory nor on disk any more: since the history file was created, or without one since the start. */
export function goneTraces(telemetry: Pick<TelemetryQuery, 'buffer' | 'history'>): number {
  const history = telemetry.history();
  if (history === undefined) return sumOf(telemetry.buffer().evicted);
  const { mustKeep, ordinary } = history.traces;
  return history.unsaved + mustKeep.expired + mustKeep.dropped + ordinary.expired + ordinary.dropped;
}

/** The same words on each page that says what is kept; empty while every kept trace is still held. */
export function roomSentence(gone: number, links: Links): Sentence {
  if (gone === 0) return [];
  const one = gone === 1;
  return [
    { text: ' ' },
    { text: plural(gone, 'kept trace'), href: links.to('/buffer') },
    { text: ` ${one ? 'is' : 'are'} no longer held: ${one ? 'it' : 'they'} made room for newer ones.` },
  ];
}
