import { share, text } from '../../markup/quantity.ts';
import type { Links } from '../links.ts';
import type { Sentence } from './sentence.ts';

/** From these shares on, waiting for the event loop is told, and what most of the time is. */
const TOLD = 0.1;
const MOSTLY = 0.5;

/** What of a route's time is waiting for the event loop. */
export interface WaitedTime {
  readonly totalMillis: number;
  readonly waitedMillis?: number;
  /** True if that is an upper bound. */
  readonly waitedAtMost?: boolean;
}

/** `up to 40 % of that waiting for the event loop`; undefined if it is little, or nobody asked. */
export function waitShareText({
  totalMillis,
  waitedMillis = 0,
  waitedAtMost,
}: WaitedTime): string | undefined {
  const part = totalMillis > 0 ? waitedMillis / totalMillis : 0;
  if (part < TOLD) return undefined;
  return `${waitedAtMost === true ? 'up to ' : ''}${text(share(part))} of that waiting for the event loop`;
}

/** The same within a sentence, with a link to what held it. */
export function waitShareWords(row: WaitedTime, links: Links): Sentence {
  const words = waitShareText(row);
  if (words === undefined) return [];
  const isMost = (row.waitedMillis ?? 0) >= MOSTLY * row.totalMillis;
  return [
    { text: `, ${isMost ? 'but ' : ''}${words.replace(/event loop$/, '')}` },
    { text: 'event loop', href: links.to('/stalls') },
  ];
}
