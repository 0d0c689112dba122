import type { Stall, StallFacts, StallHolder, TraceDetail } from '../../../otel/query.ts';
import { isOwnView, stallGroups, stallPlace, wasRun } from '../facts/stall-groups.ts';
import type { ChosenRange } from '../facts/time-range.ts';
import type { Links } from '../links.ts';
import { countText, duration, text } from '../../markup/quantity.ts';
import { momentText } from '../format/moment.ts';
import { plural, shortRoute, type Sentence, type SentencePart } from './sentence.ts';

/** How often the event loop was blocked, by what most of the time, and who waited. */
export function stallsSentence(
  { rows, thresholdMillis, watch, heldSinceMillis }: StallFacts,
  range: ChosenRange,
  now: number,
  links: Links,
): Sentence {
  const since = heldSinceMillis !== undefined && heldSinceMillis > range.fromMillis;
  const when = since ? `since ${momentText(heldSinceMillis, now)}` : range.words;
  if (rows.length === 0)
    return thresholdMillis === 0 || watch.is === 'off'
      ? [{ text: 'Stalls of the event loop are not recorded here.' }]
      : [
          { text: 'Nothing blocked the event loop', tone: 'good' },
          { text: ` for ${text(duration(thresholdMillis))} or longer ${when}.` },
        ];
  const [first] = stallGroups(rows);
  const worst = rows.reduce((most, row) => (row.durationMillis > most.durationMillis ? row : most));
  const delayed = rows.reduce((sum, { delayedCount }) => sum + delayedCount, 0);
  return [
    {
      text: `The event loop was blocked ${countText(rows.length)} ${rows.length === 1 ? 'time' : 'times'} ${when}, for up to ${text(duration(worst.durationMillis))}`,
    },
    ...(first === undefined || first.functionName === undefined
      ? []
      : [
          { text: `; most of that time in ${first.place}` },
          ...inOperation(first.operation, first.route, links),
          ...(first.isOwnView ? [{ text: ', drawing a page of the observatory' }] : []),
        ]),
    { text: `. ${delayed === 0 ? 'No request' : plural(delayed, 'request')} had to wait.` },
  ];
}

/** How a trace blocked the loop, or how long its request waited for another that did. */
export function stallsOfTraceWords(
  { traceId, durationMillis }: Pick<TraceDetail, 'traceId' | 'durationMillis'>,
  stalls: readonly Stall[],
  links: Links,
): Sentence {
  return stalls.flatMap((stall): Sentence => {
    const millis = text(duration(stall.durationMillis));
    if (stall.holder?.traceId === traceId)
      return [
        { text: ` It blocked the event loop for ${millis}` },
        ...(stall.place === undefined ? [] : [{ text: ` in ${stallPlace(stall)}` }]),
        {
          text: `; ${stall.delayedCount === 0 ? 'no request' : plural(stall.delayedCount, 'request')} had to wait.`,
        },
      ];
    const waited = stall.delayed.find((request) => request.traceId === traceId)?.waitedMillis;
    // An upper bound: it began or ended within the stall.
    const most = Math.min(waited ?? stall.durationMillis, durationMillis);
    return [
      { text: ` It waited up to ${text(duration(most))} for the ` },
      { text: 'event loop', href: links.to('/stalls') },
      ...held(heldBy(stall, links)),
      { text: '.' },
    ];
  });
}

const held = (by: readonly SentencePart[]): readonly SentencePart[] =>
  by.length === 0 ? [] : [{ text: ', held' }, ...by];

/** ` by X in Y of Z`, as far as that is known. */
export function heldBy(stall: Stall, links: Links): SentencePart[] {
  const { holder, place } = stall;
  return [
    ...(place === undefined ? [] : [{ text: ` by ${stallPlace(stall)}` }]),
    ...(wasRun(stall) ? inOperation(holder, holder?.route, links) : []),
    ...(wasRun(stall) && isOwnView(stall) ? [{ text: ', drawing a page of the observatory' }] : []),
  ];
}

function inOperation(
  operation: Pick<StallHolder, 'type' | 'series'> | undefined,
  route: string | undefined,
  links: Links,
): SentencePart[] {
  if (operation === undefined) return [];
  const { type, series } = operation;
  const name = type === 'http' ? shortRoute(series) : series;
  const parts: SentencePart[] = [
    { text: ' in ' },
    { text: name, href: links.series(type, series), tone: type },
  ];
  if (type !== 'http' && route !== undefined)
    parts.push({ text: ' of ' }, { text: shortRoute(route), href: links.series('http', route) });
  return parts;
}
