import type { Marker } from '../../../otel/query.ts';
import { countText, duration, share, text } from '../../markup/quantity.ts';
import type { SinceMarker, TurnedRoute } from '../facts/since-marker.ts';
import { momentText } from '../format/moment.ts';
import { shortened } from '../format/shortened.ts';
import type { Links } from '../links.ts';
import { plural, shortRoute, type Sentence } from './sentence.ts';

const MAX_LABEL = 60;

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

/** `Since version 0.2.0 (13:59:58) /quote fails 32 %, before 0 %: see Changes.` Undefined if nothing turned. */
export function turnedWords(since: SinceMarker | undefined, now: number, links: Links): Sentence | undefined {
  const [worst, ...more] = since?.turned ?? [];
  if (since === undefined || worst === undefined) return undefined;
  const { name } = worst.after;
  const words = sinceWords(since.marker, now);
  return [
    { text: `${words.charAt(0).toUpperCase()}${words.slice(1)} ` },
    { text: shortRoute(name), href: links.series('http', name), tone: worst.fails ? 'failed' : 'http' },
    { text: ` ${[failsWords(worst), slowerWords(worst)].filter((each) => each !== '').join(', and ')}` },
    { text: more.length === 0 ? ': see ' : `; ${plural(more.length, 'more route')} got worse: see ` },
    { text: 'Changes', href: links.to('/changes', { at: since.marker.atMillis }) },
    { text: '.' },
  ];
}

function failsWords({ before, after, fails }: TurnedRoute): string {
  if (!fails) return '';
  const of = `${countText(after.errors)} of ${countText(after.count)}`;
  return `fails ${text(share(after.errors / after.count))}, ${of}, before ${text(share(before.errors / before.count))}`;
}

function slowerWords({ before, after, isSlower }: TurnedRoute): string {
  if (!isSlower) return '';
  const [old, young] = [before, after].map(({ durationMillis }) => text(duration(durationMillis.p50)));
  return `takes ${young} or more half the time, before ${old}`;
}
