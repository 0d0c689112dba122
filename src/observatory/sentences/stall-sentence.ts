import type { Stall, StallFacts, StallHolder, TraceDetail } from '../../../otel/query.ts';
import { type BlockedTurn, longestTurn } from '../facts/blocked-turns.ts';
import { loopWaits, partsWithin, waitsWithin } from '../facts/loop-waits.ts';
import { intersections, totalMillis } from '../trace/intervals.ts';
import { selfIntervals, spanTree } from '../trace/span-tree.ts';
import {
  coversStart,
  isOfStart,
  stallGroups,
  stallPlace,
  untracedOf,
  untracedWords,
  wasRun,
} from '../facts/stall-groups.ts';
import type { ChosenRange } from '../facts/time-range.ts';
import type { Links } from '../links.ts';
import { duration, share, text } from '../../markup/quantity.ts';
import { momentText } from '../format/moment.ts';
import { holderName } from '../format/shown-name.ts';
import { shortened } from '../format/shortened.ts';
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
  const turn = longestTurn(rows);
  const delayed = rows.reduce((sum, { delayedCount }) => sum + delayedCount, 0);
  // When those that were read afterwards arrived is not known.
  const most = rows.some((row) => row.delayed.some(({ wasRunning }) => !wasRunning)) ? 'Up to ' : '';
  const limit = text(duration(thresholdMillis));
  return [
    {
      text: since
        ? `The newest ${plural(rows.length, 'stall')}, all ${when}, blocked the event loop for up to `
        : `The event loop was blocked ${plural(rows.length, 'time')} ${when}, for up to `,
    },
    ...(turn === undefined ? [] : [turnPart(turn, ' in a row', links)]),
    ...mostOfIt(rows, links),
    {
      text: `. ${delayed === 0 ? 'No request' : `${most}${plural(delayed, 'request')}`} had to wait.${thresholdMillis > 0 ? ` What blocked it for less than ${limit} is not recorded.` : ''}`,
    },
  ];
}

/** `1.96 s by 2 in a row`, with a link to these stalls. */
export function turnPart(
  { millis, stalls, ends }: Pick<BlockedTurn, 'millis' | 'stalls' | 'ends'>,
  row: string,
  links: Links,
): SentencePart {
  const [fromMillis, toMillis] = ends;
  // The end of a range is not in it.
  const [from, to] = [Math.floor(fromMillis), Math.floor(toMillis) + 1].map((at) =>
    new Date(at).toISOString(),
  );
  return {
    text: `${text(duration(millis))}${stalls > 1 ? ` by ${stalls}${row}` : ''}`,
    href: links.ranged('/stalls', {}, { from, to }),
  };
}

/** Where the largest part of the time was; “most” is more than half of it, by samples, too. */
function mostOfIt(rows: readonly Stall[], links: Links): Sentence {
  const [group] = stallGroups(rows);
  if (group === undefined) return [];
  const all = rows.reduce((sum, { durationMillis }) => sum + durationMillis, 0);
  const sampled = group.functionName === undefined ? 1 : group.placeShare;
  const part = `${text(share(group.totalMillis / all))}: ${text(duration(group.totalMillis))} of ${text(duration(all))}`;
  const figures = rows.length === 1 ? `${text(share(sampled))} of the samples` : part;
  const words = 2 * group.totalMillis * sampled > all ? 'most' : 'the largest part';
  const within = [
    ...(group.functionName === undefined ? [] : [{ text: ` in ${group.place}` }]),
    ...inOperation(group.operation, group.route, links),
    ...forUntraced(group),
    ...(group.isOfStart ? [{ text: ` ${group.place}` }] : []),
  ];
  return within.length === 0
    ? []
    : [
        { text: `; ${words} of that time${rows.length === 1 && words === 'most' ? '' : ` (${figures})`}` },
        ...within,
      ];
}

/** Stalls named in one sentence; the rest are counted. */
const MAX_NAMED = 3;
/** Of a statement, in characters. */
const MAX_NAME = 60;

interface Waited {
  readonly stall: Stall;
  readonly millis: number;
}

/** How a trace blocked the loop, and how long its requests waited for others that did. */
export function stallsOfTraceWords(
  trace: Pick<TraceDetail, 'traceId' | 'spans'>,
  stalls: readonly Stall[],
  links: Links,
): Sentence {
  const { traceId } = trace;
  const others = stalls.filter(({ holder }) => holder?.traceId !== traceId);
  const within = others.map((stall) => ({ stall, millis: waitedWithin(trace, stall) }));
  const before = others.map((stall) => ({ stall, millis: waitedBefore(traceId, stall) }));
  return [
    ...stalls
      .filter(({ holder }) => holder?.traceId === traceId)
      .flatMap((stall) => blockedWords(stall, trace)),
    ...waitWords(within, '', links),
    ...waitWords(before, ' before it was read', links),
  ];
}

function blockedWords(stall: Stall, trace: Pick<TraceDetail, 'spans'>): Sentence {
  const length = text(duration(stall.durationMillis));
  // Nothing says that it was this one.
  if (isOfStart(stall)) return [{ text: ` The event loop was blocked for ${length} ${stallPlace(stall)}.` }];
  return [
    { text: ` It blocked the event loop for ${length}` },
    ...(stall.place === undefined ? [] : [{ text: ` in ${stallPlace(stall)}` }]),
    { text: partsText(stall, trace) },
    {
      text: `; ${stall.delayedCount === 0 ? 'no request' : plural(stall.delayedCount, 'request')} had to wait.`,
    },
  ];
}

/** `, 242 ms of that in its own code, 57 ms in its spans`: why it may be longer than the time of its own, or than all of it. */
function partsText({ sinceMillis, durationMillis }: Stall, { spans }: Pick<TraceDetail, 'spans'>): string {
  const [root] = spanTree(spans);
  if (sinceMillis === undefined || root?.span.type !== 'http') return '';
  const startMillis = root.span.startMillis + sinceMillis;
  const held = [{ startMillis, durationMillis }];
  const within = totalMillis(intersections([root.span], held));
  const own = totalMillis(intersections(selfIntervals(root), held));
  const before = Math.max(0, Math.min(-sinceMillis, durationMillis));
  const parts = [
    ['in none of its spans', own],
    ['in its spans', within - own],
    ['before it was read', before],
    ['after its answer', durationMillis - within - before],
  ] as const;
  const told = parts.filter(([, millis]) => millis >= TOLD_MILLIS);
  if (told.length < 2) return '';
  return `: ${told.map(([where, millis]) => `${text(duration(millis))} ${where}`).join(', ')}`;
}

function waitedWithin(trace: Pick<TraceDetail, 'traceId' | 'spans'>, stall: Stall): number {
  const waitsOf = waitsWithin(trace, loopWaits([stall]));
  return trace.spans.reduce((sum, span) => sum + totalMillis(waitsOf(span)), 0);
}

/** At most: when a request arrived is not known. An earlier version of the blog did not tell it apart. */
function waitedBefore(traceId: string, { delayed }: Stall): number {
  return delayed
    .filter((request) => request.traceId === traceId)
    .reduce(
      (sum, request) =>
        sum +
        (request.within === undefined && request.wasRunning
          ? 0
          : request.waitedMillis - partsWithin(request).reduce((within, { millis }) => within + millis, 0)),
      0,
    );
}

function waitWords(all: readonly Waited[], when: string, links: Links): Sentence {
  const waited = all.filter(({ millis }) => millis >= TOLD_MILLIS).toSorted((a, b) => b.millis - a.millis);
  const [only] = waited;
  if (only === undefined) return [];
  const total = waited.reduce((sum, { millis }) => sum + millis, 0);
  // The request that held the loop may be among those that seem to have waited.
  const most = when !== '' || waited.some(({ stall }) => stall.holder === undefined) ? 'up to ' : '';
  const more = waited.length - MAX_NAMED;
  return [
    { text: ` It waited ${most}${text(duration(total))} for the ` },
    { text: 'event loop', href: links.to('/stalls') },
    { text: when },
    ...(waited.length === 1
      ? held(heldBy(only.stall, links))
      : waited
          .slice(0, MAX_NAMED)
          .flatMap(({ stall, millis }, index): SentencePart[] => [
            { text: `${index === 0 ? ': ' : ', '}${text(duration(millis))}` },
            ...held(heldBy(stall, links), ' blocked'),
          ])),
    { text: more > 0 ? ` and in ${plural(more, 'other stall')}.` : '.' },
  ];
}

/** Shorter waits go without words. */
const TOLD_MILLIS = 1;

const held = (by: readonly SentencePart[], words = ', blocked'): readonly SentencePart[] =>
  by.length === 0 ? [] : [{ text: words }, ...by];

/** ` by X in Y of Z`, as far as that is known. */
export function heldBy(stall: Stall, links: Links): SentencePart[] {
  const { holder, place } = stall;
  return [
    ...(place === undefined ? [] : [{ text: ` by ${stallPlace(stall)}` }]),
    ...(wasRun(stall) || coversStart(stall) ? inOperation(holder, holder?.route, links) : []),
    ...(wasRun(stall) ? forUntraced(untracedOf(stall)) : []),
  ];
}

function forUntraced(of: ReturnType<typeof untracedOf>): SentencePart[] {
  const words = untracedWords(of);
  return words === undefined ? [] : [{ text: `, for ${words}` }];
}

function inOperation(
  operation: Pick<StallHolder, 'type' | 'series' | 'name'> | undefined,
  route: string | undefined,
  links: Links,
): SentencePart[] {
  if (operation === undefined) return [];
  const { type, series } = operation;
  const name = type === 'http' ? shortRoute(series) : shortened(holderName(operation), MAX_NAME);
  const parts: SentencePart[] = [
    { text: ' in ' },
    { text: name, href: links.series(type, series), tone: type },
  ];
  if (type !== 'http' && route !== undefined)
    parts.push({ text: ' of ' }, { text: shortRoute(route), href: links.series('http', route) });
  return parts;
}
