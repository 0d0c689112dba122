import type { Stall, StallFacts, StallHolder, TraceDetail } from '../../../otel/query.ts';
import { longestTurn, type TurnExtent } from '../facts/blocked-turns.ts';
import { loopWaits, partsWithin, waitsWithin } from '../facts/loop-waits.ts';
import { intersections, totalMillis } from '../trace/intervals.ts';
import { selfIntervals, spanTree } from '../trace/span-tree.ts';
import { type StallGroup, stallGroups } from '../facts/stall-groups.ts';
import {
  isCovered,
  isHolderKnown,
  isOfStart,
  OTHER_PROGRAMS,
  stallPlace,
  wasRun,
} from '../facts/stall-place.ts';
import { whoWaited } from '../facts/stall-waits.ts';
import { untracedOf, untracedWords } from '../facts/untraced-work.ts';
import type { ChosenRange } from '../facts/time-range.ts';
import type { Links } from '../links.ts';
import { duration, share, text } from '../../markup/quantity.ts';
import { momentText } from '../format/moment.ts';
import { holderName } from '../format/shown-name.ts';
import { shortened } from '../format/shortened.ts';
import { plural, shortRoute, type Sentence, type SentencePart } from './sentence.ts';
import { waitingCount, waitingWords } from './waiting-words.ts';

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
  const waiting = whoWaited(rows);
  const limit = text(duration(thresholdMillis));
  return [
    {
      text: since
        ? `The newest ${plural(rows.length, 'stall')}, all ${when}, blocked the event loop for up to `
        : `The event loop was blocked ${plural(rows.length, 'time')} ${when}, for up to `,
    },
    ...(turn === undefined ? [] : turnParts(turn, ' in a row', now, links)),
    ...mostOfIt(rows, links),
    { text: `. ${waitingCount(waiting)}` },
    ...waitingWords(waiting, links),
    { text: `.${thresholdMillis > 0 ? ` What blocked it for less than ${limit} is not recorded.` : ''}` },
  ];
}

/** `1.96 s by 2 in a row`, with a link to these stalls, and `, from 13:41:07`. */
export function turnParts(
  { millis, stalls, fromMillis: beganMillis, ends }: TurnExtent,
  row: string,
  now: number,
  links: Links,
): SentencePart[] {
  const [fromMillis, toMillis] = ends;
  // The end of a range is not in it.
  const [from, to] = [Math.floor(fromMillis), Math.floor(toMillis) + 1].map((at) =>
    new Date(at).toISOString(),
  );
  return [
    {
      text: `${text(duration(millis))}${stalls > 1 ? ` by ${stalls}${row}` : ''}`,
      href: links.ranged('/stalls', {}, { from, to }),
    },
    { text: ` from ${momentText(beganMillis, now)}` },
  ];
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
    ...(group.isKnown ? forUntraced(group) : []),
    ...(group.isOfStart ? [{ text: ` ${group.place}` }] : notKnown(group)),
  ];
  return within.length === 0
    ? []
    : [
        { text: `; ${words} of that time${rows.length === 1 && words === 'most' ? '' : ` (${figures})`}` },
        ...within,
      ];
}

/** ` without a sample of what ran, during /report`: what was going on is not blamed. */
function notKnown(group: StallGroup): Sentence {
  if (group.isKnown) return [];
  const [most, ...others] = group.during;
  const names =
    most === undefined
      ? untracedWords(group)
      : `${shortRoute(most.route)}${others.length > 0 ? ' and others' : ''}`;
  return [unknownPart(group.place === OTHER_PROGRAMS, names)];
}

function unknownPart(isOfOthers: boolean, during: string | undefined): SentencePart {
  const what = isOfOthers ? `with ${OTHER_PROGRAMS} running` : 'without a sample of what ran';
  return { text: ` ${what}${during === undefined ? '' : `, during ${during}`}` };
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
  if (!isHolderKnown(stall))
    return [
      { text: ` Meanwhile the event loop was blocked for ${length}` },
      unknownPart(stall.place !== undefined, undefined),
      { text: '.' },
    ];
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
    ...(isHolderKnown(stall) ? inOperation(holder, holder?.route, links) : []),
    ...(wasRun(stall) ? forUntraced(untracedOf(stall)) : []),
    ...(place !== undefined && !wasRun(stall) && isCovered(stall)
      ? [{ text: `, ${OTHER_PROGRAMS} for part of it` }]
      : []),
  ];
}

/** The same, and what was going on where it is not known. */
export function heldByOrDuring(stall: Stall, links: Links): SentencePart[] {
  if (isHolderKnown(stall) || (stall.place === undefined && isOfStart(stall))) return heldBy(stall, links);
  return [unknownPart(stall.place !== undefined, goingOn(stall))];
}

/** The request that was going on, or the page that is not traced. */
export function goingOn(stall: Stall): string | undefined {
  const route = stall.holder?.route;
  return route === undefined ? untracedWords(untracedOf(stall)) : shortRoute(route);
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
