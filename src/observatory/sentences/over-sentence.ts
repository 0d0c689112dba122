import { text, threeDigits, share } from '../../markup/quantity.ts';
import { momentText } from '../format/moment.ts';
import { shortened } from '../format/shortened.ts';
import { statementText } from '../format/statement-words.ts';
import { ENOUGH_TRACES, type OverRepresentation, type OverRepresented } from '../facts/over-represented.ts';
import type { VersionRun } from '../facts/version-runs.ts';
import { plural, type Sentence } from './sentence.ts';

const MAX_VALUE = 120;

/** What is compared: `slow requests`, of which `slow` are a share. */
export interface ComparedWords {
  readonly all: string;
  readonly short: string;
}

/** The value that explains most; nothing is claimed that chance may explain. */
export function overSentence(
  facts: OverRepresentation,
  words: ComparedWords,
  hrefOf: (row: OverRepresented) => string,
  now: number,
): Sentence {
  const [first] = facts.rows;
  if (first === undefined) return [{ text: whyNone(facts, words) }];
  const { ratio, ratioFrom, marked, rest } = first;
  const value = { text: phraseOf(first, now), href: hrefOf(first) };
  const of = text(share(marked.share));
  const ran = ranWords(first, facts.versions, now);
  if (ratio === undefined)
    return [
      { text: `${of} of ${words.all} are ` },
      value,
      { text: `, and none of the rest that is kept: at least ${timesText(ratioFrom)} as many.${ran}` },
    ];
  const times = isVague(first) ? `at least ${timesText(ratioFrom)}` : timesText(ratio);
  return [
    { text: `${of} of ${words.all} are ` },
    value,
    { text: `, of the others ${text(share(rest.share))}: ${times} the share.${ran}` },
  ];
}

/** Of a version: until when it ran, and which one runs now. */
function ranWords(
  row: Pick<OverRepresented, 'key' | 'value'>,
  versions: readonly VersionRun[] | undefined,
  now: number,
): string {
  const ran = row.key === 'version' ? ranText(row.value, versions, now) : undefined;
  const current = versions?.findLast(({ toMillis }) => toMillis === undefined);
  if (ran === undefined) return '';
  return current === undefined || current.version === row.value
    ? ` It ${ran}.`
    : ` It ${ran}; version ${shortened(current.version, MAX_VALUE)} has run since ${momentText(current.fromMillis, now)}.`;
}

/** `ran until 13:59:58`; undefined if that is not known. */
export function ranText(
  version: string,
  versions: readonly VersionRun[] | undefined,
  now: number,
): string | undefined {
  const run = versions?.findLast((each) => each.version === version);
  if (run === undefined) return undefined;
  const { fromMillis, toMillis } = run;
  return toMillis === undefined
    ? `has run since ${momentText(fromMillis, now)}`
    : `ran until ${momentText(toMillis, now)}`;
}

function whyNone({ marked, rest, compared }: OverRepresentation, { all }: ComparedWords): string {
  if (marked.traces + marked.unweighted === 0) return `No ${all} are held.`;
  if (marked.traces === 0 || (rest.traces === 0 && rest.unweighted > 0))
    return `An older version kept these traces without their weights, so they cannot be compared.`;
  if (rest.traces === 0) return `There is nothing to compare ${all} with: no other trace is held.`;
  if (compared === 0 && Math.min(marked.traces, rest.traces) < ENOUGH_TRACES)
    return `Too few to compare: ${plural(marked.traces, 'trace')} of ${all} and ${plural(rest.traces, 'other')}.`;
  return `Nothing stands out: no value is more frequent among ${all} than chance explains.`;
}

/** A ratio whose interval spans more than a power of ten is only known to be great. */
export function isVague({ ratioFrom, ratioTo }: Pick<OverRepresented, 'ratioFrom' | 'ratioTo'>): boolean {
  return ratioTo !== undefined && ratioTo > 10 * ratioFrom;
}

/** `12 times`, `1.4 times`. */
export function timesText(ratio: number): string {
  return `${ratio < 9.5 ? threeDigits(Number(ratio.toPrecision(2))) : Math.round(ratio).toLocaleString('en')} times`;
}

/** Completes `80 % of slow requests are …`. */
export function phraseOf(row: Pick<OverRepresented, 'key' | 'value'>, now: number): string {
  const value = shownValue(row, now);
  switch (row.key) {
    case 'agent':
    case 'agent kind':
    case 'client.address':
      return `from ${value}`;
    case 'referrer':
      return `from links on ${value}`;
    case 'url.path':
    case 'route':
      return `for ${value}`;
    case 'version':
      return `of version ${value}`;
    case 'hour':
      return `in the hour from ${value}`;
    case 'process':
      return `in the process started at ${value}`;
    default:
      return `with ${row.key} ${value}`;
  }
}

/** Times are stored as epoch milliseconds, statements as their texts. */
export function shownValue({ key, value }: Pick<OverRepresented, 'key' | 'value'>, now: number): string {
  if (key === 'agent' && value === 'other') return 'other browsers';
  if (key === 'hour' || key === 'process') return momentText(Number(value), now);
  if (key === 'statement') return shortened(statementText(value), MAX_VALUE);
  return shortened(value === '' ? 'an empty value' : value, MAX_VALUE);
}
