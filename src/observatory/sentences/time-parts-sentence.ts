import { duration, text, threeDigits } from '../../markup/quantity.ts';
import type { MergedTime } from '../facts/merged-time.ts';
import type { OwnWork } from '../facts/own-work.ts';
import type { TimePart } from '../facts/time-parts.ts';
import { momentText } from '../format/moment.ts';
import { ASLEEP_WORDS, OTHERS_WORDS, OWN_WORDS, RAN_WORDS, UNKNOWN_WAITING } from '../format/own-words.ts';
import { shortened } from '../format/shortened.ts';
import { withoutHash } from '../format/statement-words.ts';
import type { Links } from '../links.ts';
import { functionWords } from './profile-sentence.ts';
import { plural, shortRoute, type Sentence, type SentencePart } from './sentence.ts';
import { heldBy } from './stall-sentence.ts';

/** A part of this share is named as the slow one. */
const MOST = 0.4;
/** With less, no statement is slow. */
const LITTLE = 0.2;
/** From so many runs per request on, their number is told. */
const REPEATED = 1.5;
/** Of the request's own time, in recorded stalls, to call it work. */
const MOSTLY = 0.5;
/** Of what is asleep: less is not worth a range. */
const FEW = 0.1;
const MAX_NAME = 80;

/** The time of a route, and what is known of what is in no span. */
export interface KnownTime {
  readonly route: string;
  /** Requests counted. */
  readonly count: number;
  readonly parts: readonly TimePart[];
  readonly quiet?: MergedTime['quiet'];
  readonly own: OwnWork;
}

/** `No statement of /search is the slow part: they take 1.1 of the 26.2 ms of a request; 22.6 ms run in another thread, its statements there included, the most in search thread.` */
export function timePartsSentence(time: KnownTime, links: Links, now: number): Sentence {
  const { route, parts } = time;
  const whole = sumOf(parts);
  const groups = largest(parts);
  const [top] = groups;
  if (top === undefined || whole <= 0) return [];
  const all = text(duration(whole));
  const [first] = top.parts;
  const name = shortRoute(route);
  if (first?.kind === 'statement' && top.millis >= MOST * whole)
    return [
      { text: 'Its slowest part is ' },
      named(first, links),
      {
        text: `: ${text(duration(top.millis))} of the ${all} of a request${first.count < REPEATED ? '' : `, in ${threeDigits(first.count)} runs`}.`,
      },
    ];
  const statements = parts.filter(isStatement);
  const inStatements = sumOf(statements);
  const took = `${text(duration(inStatements))} of the ${all} of a request`;
  const opening =
    statements.length === 0
      ? `${name} has no recorded statement`
      : inStatements < LITTLE * whole
        ? `No statement of ${name} is the slow part: ${statements.length === 1 ? 'its one takes' : 'they take'} ${took}`
        : `Its statements take ${took}`;
  const told = groups.slice(0, top.millis >= MOST * whole ? 1 : 2);
  return [
    { text: opening },
    ...told.flatMap((group) =>
      group.kind === 'asleep' && time.quiet !== undefined
        ? [{ text: waitText(time.quiet) }]
        : [{ text: `; ${text(duration(group.millis))} ` }, ...partWords(group, time, links)],
    ),
    { text: '.' },
    ...(told.some(({ kind }) => kind === 'own') ? profileWords(time.own, links, now) : []),
  ];
}

interface Group {
  readonly kind: TimePart['kind'];
  readonly millis: number;
  /** The largest first. */
  readonly parts: readonly TimePart[];
}

function isStatement({ type }: TimePart): boolean {
  return type === 'database';
}

/** What runs in threads is one part. */
function largest(parts: readonly TimePart[]): readonly Group[] {
  const inThreads = parts.filter(({ kind }) => kind === 'thread');
  const groups = parts
    .filter(({ kind }) => kind !== 'thread')
    .map((part): Group => ({ kind: part.kind, millis: part.millis, parts: [part] }));
  const threads: Group = { kind: 'thread', millis: sumOf(inThreads), parts: inThreads };
  return [...(inThreads.length > 0 ? [threads] : []), ...groups].toSorted((a, b) => b.millis - a.millis);
}

function partWords({ kind, parts, millis }: Group, time: KnownTime, links: Links): Sentence {
  const [first] = parts;
  if (first === undefined) return [];
  switch (kind) {
    case 'statement':
      return [{ text: 'are in ' }, named(first, links)];
    case 'span':
      return [{ text: 'are in the span ' }, named(first, links)];
    case 'render':
      return [{ text: 'are rendering ' }, { ...named(first, links), text: first.series }];
    case 'thread':
      return [
        {
          text: `run in another thread${parts.some(isStatement) ? ', its statements there included' : ''}, the most in `,
        },
        named(first, links),
      ];
    case 'waiting':
      return waitingWords(time.own, links);
    case 'sending':
      return [{ text: 'are sending what follows the first byte' }];
    case 'asleep':
      return [{ text: `are ${ASLEEP_WORDS}${mostWaited(time, millis)}` }];
    case 'own':
      return ownWords(time, millis, links);
  }
}

function waitingWords({ waitedFor }: OwnWork, links: Links): Sentence {
  const by = waitedFor === undefined ? [] : heldBy(waitedFor, links);
  return [
    { text: 'are waiting for the ' },
    { text: 'event loop', href: links.to('/stalls') },
    ...(by.length === 0 ? [] : [{ text: ', held most of all' }, ...by]),
  ];
}

/** True if stalls know most of what a route's requests do themselves. */
export function isWork({ heldMillis }: OwnWork, millis: number, count: number): boolean {
  return heldMillis >= MOSTLY * millis * count;
}

/** What most of a route's own time is by samples of single requests; undefined if they do not know most of it. */
export function sampledText({ own: { code }, parts, count }: KnownTime, millis: number): string | undefined {
  const most = MOSTLY * millis * count;
  const [first] = code.functions;
  if (code.workMillis >= most)
    return first !== undefined && first.millis >= MOSTLY * code.workMillis
      ? `work, most of it in ${first.place}`
      : 'work in its code';
  if (code.theirsMillis >= most) return OTHERS_WORDS;
  // What is known to be sleeping is a part of its own.
  const isPart = parts.some(({ kind }) => kind === 'asleep');
  return code.idleMillis >= most && !isPart ? UNKNOWN_WAITING : undefined;
}

/** What a request's own time may be of which nothing is known: where a part of it was asleep, no other is that, too. */
export function unknownOwnText(parts: readonly TimePart[]): string {
  return parts.some(({ kind }) => kind === 'asleep') ? RAN_WORDS : OWN_WORDS;
}

/** While it waits, the event loop works for others: the part in which it slept is less than the wait. */
function waitText({ sleptMillis, wholeMillis }: NonNullable<KnownTime['quiet']>): string {
  return `; it waits for what is not recorded (a timer, a file, a process), typically for ${text(duration(sleptMillis))} of ${text(duration(wholeMillis))}, by the tenth of its requests during which the event loop slept most`;
}

/** The least and the most that it waits: nobody knows for whom the loop ran in the rest of its own time. */
function mostWaited(time: KnownTime, sleptMillis: number): string {
  const millis = sumOf(time.parts.filter(({ kind }) => kind === 'own'));
  const isKnown = isWork(time.own, millis, time.count) || sampledText(time, millis) !== undefined;
  if (isKnown || millis < FEW * sleptMillis) return '';
  const most = text(duration(sleptMillis + millis));
  return `; in ${text(duration(millis))} more it ran, for this request or for others, so that it waits ${text(duration(sleptMillis))} to ${most} of the ${text(duration(sumOf(time.parts)))}`;
}

/** Work is what held the event loop, as far as that was recorded; of the rest it is not known. */
function ownWords(time: KnownTime, millis: number, links: Links): Sentence {
  const { own, count } = time;
  const { worst, heldMillis, stalls, recordedFromMillis: from } = own;
  const sampled = sampledText(time, millis);
  if (sampled !== undefined && (worst === undefined || !isWork(own, millis, count)))
    return [{ text: `are its own: ${sampled}` }];
  if (worst === undefined) {
    const none =
      from !== undefined && stalls === 0 && millis >= from
        ? `; no piece of it held the event loop for ${text(duration(from))}`
        : '';
    return [{ text: `are its own: ${unknownOwnText(time.parts)}${none}` }];
  }
  const place = { text: worst.place, href: links.to('/stalls') };
  const held = `held the event loop ${plural(stalls, 'time')}, for ${text(duration(heldMillis))} in all`;
  if (isWork(own, millis, count))
    return [{ text: 'are its own work, most of it in ' }, place, { text: `, which ${held}` }];
  return [{ text: 'are its own: ' }, place, { text: ` ${held}; the rest is ${unknownOwnText(time.parts)}` }];
}

function profileWords({ profile }: OwnWork, links: Links, now: number): Sentence {
  if (profile === undefined) return [];
  const { id, startedMillis, top } = profile;
  return [
    { text: ' In the ' },
    { text: `profile of ${momentText(startedMillis, now)}`, href: links.to('/profiles', { id: String(id) }) },
    { text: `, which is of the whole process, most was in ${functionWords(top)}.` },
  ];
}

/** A statement by its summary, or by its text if that names no table. */
function named({ type, series, name }: TimePart, links: Links): SentencePart {
  const shown = type === 'database' && !name.includes(' ') ? series : name;
  return { text: shortened(withoutHash(shown), MAX_NAME), href: links.series(type, series), tone: type };
}

function sumOf(parts: readonly TimePart[]): number {
  return parts.reduce((sum, { millis }) => sum + millis, 0);
}
