import type { MissingTrace, TraceDetail } from '../../../otel/query.ts';
import { countText, duration, text, threeDigits } from '../../markup/quantity.ts';
import { shownName } from '../format/shown-name.ts';
import { versionsText } from '../format/versions-text.ts';
import type { Links } from '../links.ts';
import { type ComparedOperation, LOOP_WAIT } from '../trace/compared-traces.ts';
import { spanTree } from '../trace/span-tree.ts';
import { isDetail } from '../trace/trace-facts.ts';
import { requestCodeText } from './own-code-words.ts';
import { plural, type Sentence } from './sentence.ts';
import { missingTraceSentence } from './trace-sentence.ts';

/** An operation with this share of the difference is named. */
const TOLD = 0.1;
const MAX_TOLD = 3;
/** Durations that differ less are called about equal. */
const ABOUT_EQUAL = 0.05;
const DIGITS = 3;

interface Compared {
  readonly trace: TraceDetail | MissingTrace;
  /** Undefined if no other trace of its kind is held. */
  readonly other: TraceDetail | MissingTrace | undefined;
  readonly operations: readonly ComparedOperation[];
}

/** How much longer it took, and which operations made the difference: the parts add up to it. */
export function comparedSentence(
  { trace, other, operations }: Compared,
  links: Links,
  now: number,
): Sentence {
  if (!isDetail(trace)) return missingTraceSentence(trace, links, now);
  const name = { text: shownName(trace), href: links.trace(trace.traceId), tone: trace.type };
  if (other === undefined) return [name, { text: ': no other trace of its kind is held.' }];
  if (!isDetail(other)) return missingTraceSentence(other, links, now);
  const [one, two] = [trace.durationMillis, other.durationMillis];
  const more = one - two;
  const isAboutEqual = Math.abs(more) <= ABOUT_EQUAL * Math.max(one, two);
  const words = isAboutEqual
    ? ` took ${text(duration(one))}, about as long as the other with ${text(duration(two))}.`
    : more > 0
      ? ` took ${text(duration(one))}${two > 0 ? `, ${threeDigits(Number((one / two).toPrecision(2)))} times` : ' against'} the ${text(duration(two))} of the other.`
      : ` took ${text(duration(one))}, less than the ${text(duration(two))} of the other.`;
  return [
    name,
    { text: `${words}${versionWords(trace, other)}` },
    ...(isAboutEqual ? [] : partWords(operations, { trace, more, slower: more > 0 ? trace : other }, links)),
  ];
}

/** Said if both are not of one version. */
function versionWords(one: TraceDetail, other: TraceDetail): string {
  if (one.version === other.version) return '';
  const [here, there] = [one, other].map(({ version }) =>
    version === undefined ? 'an unknown version' : versionsText([version]),
  );
  return ` It is of ${here}, the other of ${there}.`;
}

interface Difference {
  readonly trace: TraceDetail;
  /** How much longer it took than the other; negative if less. */
  readonly more: number;
  readonly slower: TraceDetail;
}

/** The largest parts, and everything else: what is rounded adds up, too. */
function partWords(operations: readonly ComparedOperation[], difference: Difference, links: Links): Sentence {
  const { more } = difference;
  const whole = Math.abs(more);
  const unit = 10 ** (Math.floor(Math.log10(whole)) - DIGITS + 1);
  const rounded = (millis: number): number => Math.round(millis / unit) * unit;
  const slowedBy = (each: ComparedOperation): number => each.moreMillis * Math.sign(more);
  const told = operations
    .filter((each) => slowedBy(each) >= TOLD * whole)
    .toSorted((a, b) => slowedBy(b) - slowedBy(a))
    .slice(0, MAX_TOLD);
  const all = text(duration(rounded(whole)));
  if (told.length === 0) return [{ text: ` No operation made a tenth of the difference of ${all}.` }];
  const rest = rounded(whole) - told.reduce((sum, each) => sum + rounded(slowedBy(each)), 0);
  return [
    { text: ` Of the difference of ${all}, ` },
    ...told.flatMap((each, index): Sentence => [
      ...(index === 0 ? [] : [{ text: ', ' }]),
      { text: `${text(duration(rounded(slowedBy(each))))} ` },
      ...nameWords(each, difference, links),
    ]),
    { text: `${restText(rest, unit)}.` },
    ...(told.some((each) => isOwnTime(each, difference)) ? codeWords(difference) : []),
  ];
}

/** Of the slower one, in which function that was. */
function codeWords({ more, slower }: Difference): Sentence {
  const code = spanTree(slower.spans)[0]?.span.ownCode;
  if (code === undefined || 'missing' in code) return [];
  return [{ text: requestCodeText(code, more > 0 ? 'It' : 'The other') }];
}

function isOwnTime({ type, series }: ComparedOperation, { slower }: Difference): boolean {
  return type === 'http' && spanTree(slower.spans)[0]?.span.series === series;
}

function restText(rest: number, unit: number): string {
  if (Math.abs(rest) < unit / 2) return '';
  return rest > 0
    ? `, and ${text(duration(rest))} everything else`
    : `; everything else took ${text(duration(-rest))} less`;
}

function nameWords(each: ComparedOperation, difference: Difference, links: Links): Sentence {
  const { trace, more, slower } = difference;
  const { one, other, series, type } = each;
  const href = one.spanId === '' ? {} : { href: links.trace(trace.traceId, one.spanId) };
  if (series === LOOP_WAIT)
    return [
      { text: 'is waiting for the ' },
      { text: 'event loop', href: links.to('/stalls') },
      { text: heldBy(slower) },
    ];
  if (isOwnTime(each, difference))
    return [
      { text: 'is ' },
      { text: `${more > 0 ? 'its' : 'the other’s'} own time`, tone: type, ...href },
      { text: ', in none of its spans' },
    ];
  const times = (count = 0): string => plural(count, 'time');
  const runs =
    one.count === other.count
      ? ''
      : `, which ran ${times(one.count)} here and ${countText(other.count ?? 0)} there`;
  return [{ text: 'is in ' }, { text: shownName(each), tone: type, ...href }, { text: runs }];
}

/** What held the loop for the longest of its waits. */
function heldBy({ spans }: TraceDetail): string {
  const waits = spans.flatMap(({ waits: all = [] }) => all);
  const [longest] = waits.toSorted((a, b) => b.durationMillis - a.durationMillis);
  return longest === undefined
    ? ''
    : `, blocked${waits.length > 1 ? ' most of that time' : ''} by ${longest.by}`;
}
