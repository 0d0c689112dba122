import type { TelemetryQuery } from '../../../otel/query.ts';
import { countText, sumOf } from '../../markup/quantity.ts';
import type { UnwrittenRequests } from '../facts/unwritten-requests.ts';
import type { Links } from '../links.ts';
import { plural, type Sentence } from './sentence.ts';

/** Kept traces that are neither in memory nor on disk any more: since the history file was created, or without one since the start. */
export interface GoneTraces {
  readonly all: number;
  /** Evicted from memory before they were written, since the start. */
  readonly unsaved: number;
}

export function goneTraces(telemetry: Pick<TelemetryQuery, 'buffer' | 'history'>): GoneTraces {
  const history = telemetry.history();
  if (history === undefined) return { all: sumOf(telemetry.buffer().evicted), unsaved: 0 };
  const { unsaved } = history;
  const { mustKeep, ordinary } = history.traces;
  const removed = mustKeep.expired + mustKeep.dropped + ordinary.expired + ordinary.dropped;
  return { all: unsaved + removed, unsaved };
}

/** The same words on each page that says what is kept; empty while every kept trace is still held. */
export function roomSentence({ all, unsaved }: GoneTraces, links: Links): Sentence {
  if (all === 0) return [];
  const [one, room] = [all === 1, all - unsaved];
  const roomWords = 'made room for newer ones';
  const lateWords = 'left memory before the disk had taken them';
  const why =
    unsaved === 0
      ? `${one ? 'it' : 'they'} ${roomWords}`
      : room === 0
        ? one
          ? 'it left memory before the disk had taken it'
          : `they ${lateWords}`
        : `${countText(room)} ${roomWords}, ${countText(unsaved)} ${lateWords}`;
  return [
    { text: ' ' },
    { text: plural(all, 'kept trace'), href: links.to('/buffer') },
    { text: ` ${one ? 'is' : 'are'} no longer held: ${why}.` },
  ];
}

/** How much of what was kept was lost before it was written; empty if nothing was. */
export function unwrittenSentence(unwritten: UnwrittenRequests | undefined, when: string): Sentence {
  if (unwritten === undefined) return [];
  const { kept, lost } = unwritten;
  return [
    {
      text: ` Of ${countText(kept)} requests kept ${when}, ${countText(lost)} have no trace: the process ended, or memory was full, before the disk had taken them.`,
    },
  ];
}
