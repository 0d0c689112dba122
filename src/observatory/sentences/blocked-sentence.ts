import { duration, text } from '../../markup/quantity.ts';
import { beginOf } from '../facts/blocked-turns.ts';
import { isOfStart, stallPlace } from '../facts/stall-place.ts';
import { whoWaited } from '../facts/stall-waits.ts';
import { momentText } from '../format/moment.ts';
import type { Links } from '../links.ts';
import { blockOf, type OverviewSituation } from './overview-situation.ts';
import type { Sentence } from './sentence.ts';
import { heldByOrDuring, turnParts } from './stall-sentence.ts';
import { waitingCount, waitingWords } from './waiting-words.ts';

/** The longest time that the event loop was blocked, by what, and who waited; undefined if it was not. */
export function blockedSentence(situation: OverviewSituation, links: Links): Sentence | undefined {
  const { millis, turn } = blockOf(situation);
  if (millis === 0) return undefined;
  const path = turn === undefined ? '/process' : '/stalls';
  const begin = [{ text: 'The event loop', href: links.to(path) }, { text: ' was blocked for up to ' }];
  // A longer delay that no stall was recorded for had another cause.
  if (turn === undefined) return [...begin, { text: `${text(duration(millis))}.` }];
  const { longest, stalls, parts } = turn;
  const waiting = whoWaited(parts);
  return [
    ...begin,
    ...turnParts(turn, ' stalls in a row', situation.now, links),
    ...(stalls > 1
      ? [
          {
            text: `, the longest, ${text(duration(longest.durationMillis))} from ${momentText(beginOf(longest), situation.now)},`,
          },
        ]
      : []),
    ...heldByOrDuring(longest, links),
    ...(isOfStart(longest) ? [{ text: ` ${stallPlace(longest)}` }] : []),
    ...(waiting.requests === 0
      ? []
      : [
          { text: `; ${waitingCount(waiting).replace('Up', 'up')}` },
          ...(stalls > 1 ? waitingWords(waiting, links) : [{ text: ' had to wait for that' }]),
        ]),
    { text: '.' },
  ];
}
