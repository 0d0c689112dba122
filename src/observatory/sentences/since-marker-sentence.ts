import type { Marker } from '../../../otel/query.ts';
import type { ComparedSeries } from '../facts/compared-series.ts';
import { lengthWords } from '../../markup/span-text.ts';
import type { SinceMarker } from '../facts/since-marker.ts';
import { lengthOf } from '../facts/traffic.ts';
import { momentText } from '../format/moment.ts';
import { shortened } from '../format/shortened.ts';
import type { Links } from '../links.ts';
import { namedOperations, perhapsWords, worstFirst } from './changes-sentence.ts';
import { differenceWords } from './difference-words.ts';
import type { Sentence } from './sentence.ts';

const MAX_LABEL = 60;
/** What is compared may be older by as much; if it ends earlier, it is said to be a part of the time since. */
const MAX_AGE_MILLIS = 60_000;

/** `since version 0.2.0 (13:59:58)`. */
export function sinceWords({ atMillis, label, kind, versions }: Marker, now: number): string {
  const what =
    versions !== undefined
      ? `version ${versions.after}`
      : kind === 'start'
        ? 'the start'
        : `“${shortened(label, MAX_LABEL)}”`;
  return `since ${what} (${momentText(atMillis, now)})`;
}

/**
 * `Since version 0.2.0 (13:59:58) /quote fails 58 of 179 times, before 0 of 180 times; /list takes ×51 at p50, …: see Changes.`, in the words and
 * with the figures of Changes. Undefined if nothing got worse.
 */
export function worseWords(since: SinceMarker | undefined, now: number, links: Links): Sentence | undefined {
  if (since === undefined || since.worse.length === 0) return undefined;
  const { worse, perhaps } = since;
  // Routes first: what else became slow is why they did.
  const isRoute = ({ type }: ComparedSeries): boolean => type === 'http';
  const named = [...worstFirst(worse.filter(isRoute)), ...worstFirst(worse.filter((row) => !isRoute(row)))];
  return [
    ...sinceOpening(since, now),
    ...namedOperations(named, differenceWords, links, { ofTypes: true }),
    ...seeChanges(since, links),
    ...(perhaps.length === 0
      ? []
      : [{ text: ' Perhaps slower, which may be chance:' }, ...perhapsWords(perhaps, links)]),
  ];
}

/** `Since version 0.2.0 (13:59:58) /quote gets a 4xx 58 of 179 times, before 0 of 180 times: see Changes.` Undefined if no route does. */
export function refusingWords(
  since: SinceMarker | undefined,
  now: number,
  links: Links,
): Sentence | undefined {
  if (since === undefined || since.refusing.length === 0) return undefined;
  const named = namedOperations(since.refusing, differenceWords, links, { ofTypes: true });
  return [...sinceOpening(since, now), ...named, ...seeChanges(since, links)];
}

function sinceOpening({ marker, before, after, areYoung = false }: SinceMarker, now: number): Sentence {
  const words = sinceWords(marker, now);
  const length = lengthOf(after);
  const old = lengthWords(lengthOf(before));
  const part =
    now - after.toMillis > MAX_AGE_MILLIS
      ? `in the first ${lengthWords(length)} ${words}, compared with the ${areYoung ? `first ${old} of the process` : old} before it,`
      : words;
  return [{ text: `${part.charAt(0).toUpperCase()}${part.slice(1)}` }];
}

function seeChanges({ marker }: SinceMarker, links: Links): Sentence {
  return [
    { text: ': see ' },
    { text: 'Changes', href: links.to('/changes', { at: marker.atMillis }) },
    { text: '.' },
  ];
}
