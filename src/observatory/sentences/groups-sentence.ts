import type { OperationType } from '../../../otel/query.ts';
import { countText, duration, text } from '../../markup/quantity.ts';
import type { ApartGroups } from '../facts/apart-groups.ts';
import { ENOUGH_TRACES, type OverRepresentation } from '../facts/over-represented.ts';
import type { PartKind } from '../facts/time-parts.ts';
import { ASLEEP_WORDS } from '../format/own-words.ts';
import { shortened } from '../format/shortened.ts';
import type { Links } from '../links.ts';
import type { Sentence } from './sentence.ts';

const MAX_NAME = 80;

/** `All 1,815 requests are in two groups: 1,210 take about 12 ms, 605 about 350 ms.` */
export function groupsWords({ fast, slow }: ApartGroups, type: OperationType): string {
  const about = (millis: number): string => text(duration(millis));
  const all = `All ${countText(fast.count + slow.count)} ${type === 'http' ? 'requests' : 'calls'} are in two groups`;
  return `${all}: ${countText(fast.count)} take about ${about(fast.medianMillis)}, ${countText(slow.count)} about ${about(slow.medianMillis)}.`;
}

/**
 * Of two groups that nothing recorded tells apart: where the difference is, and how to look. Empty if too few traces are held to say so.
 */
export function groupsSentence(
  groups: ApartGroups,
  { rows, marked, rest }: Pick<OverRepresentation, 'rows' | 'marked' | 'rest'>,
  type: OperationType,
  links: Links,
): Sentence {
  const isCompared = Math.min(marked.traces, rest.traces) >= ENOUGH_TRACES;
  const opening = groupsWords(groups, type);
  if (rows.length > 0 || !isCompared) return [{ text: opening }, ...look(groups, links)];
  return [
    { text: `${opening} No attribute that is recorded tells them apart` },
    ...cause(groups, type, links),
    ...look(groups, links),
  ];
}

function cause({ part }: ApartGroups, type: OperationType, links: Links): Sentence {
  if (type !== 'http')
    return [{ text: ': what differs may be its parameters, which are not recorded, or what was cached.' }];
  if (part === undefined) return [{ text: ', so the cause is in the code, or in what it waits for.' }];
  const { kind, name, series } = part.part;
  const of = `about ${text(duration(part.millis))} of the ${text(duration(part.ofMillis))} between both medians`;
  if (kind === 'own')
    return [
      { text: `, so the cause is in the code: ${of} are the route’s own, and a ` },
      { text: 'profile', href: links.to('/profiles') },
      { text: ' names the functions.' },
    ];
  if (kind === 'waiting')
    return [
      { text: `: ${of} are waiting for the ` },
      { text: 'event loop', href: links.to('/stalls') },
      { text: ', which something else held.' },
    ];
  if (kind === 'sending') return [{ text: `: ${of} are sending what follows the first byte.` }];
  if (kind === 'asleep') return [{ text: `: ${of} are ${ASLEEP_WORDS}.` }];
  return [
    { text: `: ${of} are ${WORDS[kind]} ` },
    {
      text: shortened(name, MAX_NAME),
      href: links.series(part.part.type, series),
      tone: part.part.type,
    },
    { text: '.' },
  ];
}

const WORDS: Readonly<Record<Exclude<PartKind, 'own' | 'waiting' | 'sending' | 'asleep'>, string>> = {
  statement: 'in the statement',
  render: 'in',
  span: 'in the span',
  thread: 'in another thread, in',
};

function look({ examples }: ApartGroups, links: Links): Sentence {
  if (examples === undefined) return [];
  return [
    { text: ' Compare ' },
    {
      text: 'a slow one with a fast one',
      href: links.to('/traces/compare', { trace: examples.slow, with: examples.fast }),
    },
    { text: '.' },
  ];
}
