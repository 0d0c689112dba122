import type { Marker } from '../../../otel/query.ts';
import { sinceStartWords } from '../facts/time-range.ts';
import { momentText, spanText } from '../format/moment.ts';
import type { Links } from '../links.ts';
import { countText, duration, size, text } from '../../markup/quantity.ts';
import { brokenKeys, type CheckKey, pathOf } from './checks.ts';
import { DISABLED_SENTENCE } from './disabled-sentence.ts';
import { beforeWords, ENDED_WORDS, lengthWords } from './downtime-sentence.ts';
import { NOTICED_MILLIS, reasonOf, remarksOf } from './overview-reasons.ts';
import { blockOf, type OverviewSituation } from './overview-situation.ts';
import { memoryReason } from './memory-reason.ts';
import { brokenRoutes } from './request-reasons.ts';
import { MAX_FAILING } from './changes-sentence.ts';
import { refusingWords, worseWords } from './since-marker-sentence.ts';
import { plural, shortRoute, type Sentence, type SentencePart } from './sentence.ts';

/** Maximum number of reasons after the numbers, the most important first. */
const MAX_REASONS = 3;
/** What else is wrong, in a few words each. */
const MAX_HEADLINES = 2;
/** From this share on, many fail. */
const MANY = 0.1;
/** Where the page lists every limit. */
export const LIMITS_ID = 'limits';

/** States whether every limit holds, else what is worst; then what failed, and where the time goes. From the rows alone. */
export function overviewSentence(situation: OverviewSituation, links: Links): Sentence {
  if (!situation.metrics.sampling.enabled) return DISABLED_SENTENCE;
  const { metrics, range, countedFromMillis, now } = situation;
  if (metrics.operations.http.count === 0 && range.toMillis <= countedFromMillis)
    return [{ text: `There is no data for that time: counts begin ${momentText(countedFromMillis, now)}.` }];
  const broken = brokenKeys(situation);
  const [worst] = broken;
  const first = sinceWords(situation, broken, links);
  const ofBroken = broken.flatMap((key) => {
    if (key === 'route_failed' && isSaid(situation)) return [];
    const headline = headlineOf(key, situation);
    const reason = reasonOf(key, situation, links) ?? (key === worst ? undefined : [{ text: headline }]);
    return reason === undefined ? [] : [{ key, headline, reason }];
  });
  const refusing = refusingWords(situation.since, now, links);
  const reasons = [
    ...first,
    ...ofBroken.map(({ reason }) => reason),
    ...(refusing === undefined ? [] : [refusing]),
    ...remarksOf(situation, new Set(broken), links),
  ];
  const left = ofBroken.slice(MAX_REASONS - first.length);
  const [reason = [], ...more] = [
    ...reasons.slice(0, MAX_REASONS),
    ...left.filter(isAlwaysSaid).map(({ reason }) => reason),
    ...unsaidWords(
      left.filter((each) => !isAlwaysSaid(each)),
      links,
    ),
    ...endedBefore(situation, links),
  ];
  return [
    ...opening(situation, worst, links),
    ...(reason.length > 0 ? [{ text: ' ' }] : []),
    ...reason,
    ...more.flatMap((reason) =>
      [{ text: ' ' }, ...reason].map((part): SentencePart => ({ ...part, aside: true })),
    ),
  ];
}

/** What is worse since a version: what fails or is slow, and memory; one reason, none if nothing is. */
function sinceWords(
  situation: OverviewSituation,
  broken: readonly CheckKey[],
  links: Links,
): readonly Sentence[] {
  const { since, memorySince, now } = situation;
  const worse = worseWords(since, now, links) ?? [];
  const isSaidLater = memorySince === undefined || broken.includes('memory');
  const memory = isSaidLater ? [] : (memoryReason(situation, links) ?? []);
  const words =
    worse.length > 0 && memory.length > 0 ? [...worse, { text: ' ' }, ...memory] : [...worse, ...memory];
  return words.length === 0 ? [] : [words];
}

/** A limit that does not hold, with its headline and what is said of it. */
interface Broken {
  readonly key: CheckKey;
  readonly headline: string;
  readonly reason: Sentence;
}

/** What is still to come can be prevented, whatever else went wrong in a longer range. */
const isAlwaysSaid = ({ key }: Broken): boolean => key === 'memory';

/** Limits that do not hold, but whose reasons have no room: each leads to its evidence. */
function unsaidWords(left: readonly Broken[], links: Links): readonly Sentence[] {
  const named = left
    .slice(0, MAX_HEADLINES)
    .map(({ key, headline }): Sentence => [{ text: headline, href: links.to(pathOf(key)) }]);
  const rest = left.length - MAX_HEADLINES;
  if (rest <= 0) return named;
  const href = links.to(`#${LIMITS_ID}`);
  return [
    ...named,
    [{ text: plural(rest, 'more limit'), href }, { text: ` ${rest === 1 ? 'does' : 'do'} not hold.` }],
  ];
}

/** A short range hides what happened to the process earlier. */
function endedBefore({ crashedBefore, now }: OverviewSituation, links: Links): readonly Sentence[] {
  return crashedBefore === undefined ? [] : [beforeWords(crashedBefore, now, links)];
}

/** True if the one route that fails too often is one of which it is said since when. */
function isSaid(situation: OverviewSituation): boolean {
  const broken = brokenRoutes(situation);
  const failing = (situation.since?.worse ?? []).filter(
    ({ type, differs }) => type === 'http' && differs.includes('failed'),
  );
  const [only, ...others] = broken;
  if (only === undefined || others.length > 0 || only.isLately) return false;
  return failing.slice(0, MAX_FAILING).some(({ name }) => name === only.name);
}

function when({ range, startedAtMillis, countedFromMillis, now }: OverviewSituation): string {
  if (countedFromMillis < startedAtMillis || startedAtMillis <= range.fromMillis) return range.words;
  return sinceStartWords(startedAtMillis, now);
}

/** The verdict and the numbers. */
function opening(situation: OverviewSituation, worst: CheckKey | undefined, links: Links): Sentence {
  const { count, errors } = situation.metrics.operations.http;
  const headline: SentencePart | undefined =
    worst === undefined ? undefined : { text: `${headlineOf(worst, situation)} `, tone: 'failed' };
  if (count === 0)
    return headline === undefined
      ? [
          { text: 'Quiet.', tone: 'good' },
          { text: ` No requests ${when(situation)}` },
          ...down(situation, links),
          { text: '.' },
        ]
      : [
          headline,
          {
            text: `${situation.faults === undefined ? 'No requests' : 'No request was counted'} ${when(situation)}`,
          },
          ...down(situation, links),
          { text: '.' },
        ];
  const numbers = [
    { text: `${plural(count, 'request')} ${when(situation)}, ` },
    ...failing(situation, links),
    ...down(situation, links),
    { text: '.' },
  ];
  if (headline !== undefined) return [headline, ...numbers];
  if (count < situation.limits.minCount)
    return [
      { text: `Too little traffic to judge${errors === 0 ? '' : ', but not all is well'}: ` },
      ...numbers,
    ];
  const { worse = [], refusing = [] } = situation.since ?? {};
  if (worse.length > 0) {
    const isFailing = worse.some(({ differs }) => differs.includes('failed'));
    const what = isFailing ? 'more fails than before' : 'something became slower';
    return [{ text: `Every limit holds, but ${what}. ` }, ...numbers];
  }
  if (refusing.length > 0)
    return [{ text: 'Every limit holds, but more gets a 4xx than before. ' }, ...numbers];
  if (situation.memorySince !== undefined)
    return [
      {
        text: `Every limit holds, but memory ${situation.memorySince.isLatest ? 'grows' : 'grew'}. `,
      },
      ...numbers,
    ];
  const isAll = errors === 0 && blockOf(situation).millis < NOTICED_MILLIS;
  return [{ text: isAll ? 'All fine.' : 'Fine.', tone: 'good' }, { text: ' ' }, ...numbers];
}

/** A restart takes less. */
const DOWN_MILLIS = 10_000;

function down(situation: OverviewSituation, links: Links): Sentence {
  const { downMillis, downLeastMillis = downMillis, downTimes = 1 } = situation;
  if (downMillis < DOWN_MILLIS) return [];
  return [
    { text: '; the blog was down for ' },
    { text: lengthWords(downLeastMillis, downMillis), href: links.to('/downtime') },
    ...(downTimes > 1 ? [{ text: downTimes === 2 ? ', twice' : `, ${countText(downTimes)} times` }] : []),
  ];
}

const NOT_STOPPED = 'The process ended without being stopped.';
const ENDED: Readonly<Record<NonNullable<Marker['before']>['ended'], string>> = {
  crashed: 'The process crashed.',
  killed: `The process was ${ENDED_WORDS.killed}.`,
  'machine restarted': 'The machine restarted.',
  'not stopped': NOT_STOPPED,
  stopped: NOT_STOPPED,
  slept: NOT_STOPPED,
  running: NOT_STOPPED,
};

/** In a row of stalls, some requests are. */
function nothingAnswered({ millis, turn }: ReturnType<typeof blockOf>): string {
  return `${(turn?.stalls ?? 1) > 1 ? 'Almost nothing' : 'Nothing'} was answered for ${text(duration(millis))}.`;
}

/** What is wrong, in one short sentence. */
function headlineOf(key: CheckKey, situation: OverviewSituation): string {
  const { count, errors } = situation.metrics.operations.http;
  const { crashes, openFiles, data, now } = situation;
  switch (key) {
    case 'failed':
      if (errors === count) return 'Every request fails.';
      return `${errors >= MANY * count ? 'Many' : 'Some'} requests fail.`;
    case 'route_failed': {
      const broken = brokenRoutes(situation).length;
      return broken === 1 ? 'One route fails often.' : `${countText(broken)} routes fail often.`;
    }
    case 'disk': {
      const free = data.freeBytes ?? 0;
      return free === 0 ? 'The disk is full.' : `Only ${text(size(free))} are left on the disk.`;
    }
    case 'open_files':
      return `File descriptors ${openFiles?.ranOut === true ? '' : 'nearly '}ran out.`;
    case 'loop':
      return nothingAnswered(blockOf(situation));
    case 'crashes':
      return crashes.length === 1
        ? ENDED[crashes[0]?.before?.ended ?? 'not stopped']
        : `The process ended ${countText(crashes.length)} times without being stopped.`;
    case 'memory':
      return 'Memory runs out.';
    case 'request_p95':
      return 'Working, but slow.';
    case 'saturated':
      return 'Requests waited before they were read.';
    case 'statement_p95':
      return 'Statements are slow.';
    case 'render_p95':
      return 'Renders are slow.';
    case 'client_errors':
      return errors === 0 ? 'Nothing failed, but many requests got a 4xx.' : 'Many requests got a 4xx.';
    case 'missing':
      return 'Some counts are lost.';
    case 'faults':
      return 'These numbers may be too low.';
    case 'books':
      return 'Sampling is biased.';
    case 'storm':
      return 'Not every failure is kept.';
    case 'backup': {
      const at = data.backup?.atMillis;
      return at === undefined ? 'There is no backup.' : `The last backup is ${spanText(now - at)} old.`;
    }
    case 'export':
      return 'The export fails.';
    case 'export_lost':
      return 'The export loses data.';
  }
}

function failing({ metrics, routes }: OverviewSituation, links: Links): Sentence {
  const { errors } = metrics.operations.http;
  if (errors === 0) return [{ text: 'none failed' }];
  const counted: SentencePart = {
    text: `${countText(errors)} failed`,
    href: links.to('/failures'),
    tone: 'failed',
  };
  const [worst] = [...routes].sort((a, b) => b.errors - a.errors);
  if (worst === undefined || worst.errors * 2 < errors || worst.errors === 0) return [counted];
  const some = worst.errors * 2 > errors ? ', most of them at ' : ', half of them at ';
  const words = worst.errors < errors ? some : errors === 1 ? ', at ' : ', all of them at ';
  return [counted, { text: words }, { text: shortRoute(worst.name), href: links.series('http', worst.name) }];
}
