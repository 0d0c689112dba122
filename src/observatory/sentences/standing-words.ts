import type { SpanRow } from '../../../otel/query.ts';
import { countText, duration, share, text } from '../../markup/quantity.ts';
import type { DurationGroups } from '../facts/duration-groups.ts';

/** With fewer operations, a percentile says nothing. */
export const ENOUGH_TO_COMPARE = 20;
/** Beyond this percentile, a duration is not called usual. */
const MOST_USUAL = 0.75;
/** From here on, it is unusual among the slower of two groups, too. */
const OUTSIDE = 0.99;
/** What is known of a series. */
export interface CountedSeries {
  /** Operations counted. */
  readonly count: number;
  /** ` in the last hour`: the time of counts and percentiles. */
  readonly when?: string;
  /** `version 3.1 at 14:00`: what it first ran with; undefined if it ran before, or that is not known. */
  readonly began?: string | undefined;
  /** Undefined if its durations are in one group, or nobody asked. */
  readonly groups?: DurationGroups | undefined;
}
/** Returns what is known of the span's series. */
export type CountOf = (span: SpanRow) => CountedSeries;

const KIND: Readonly<Record<SpanRow['type'], string>> = {
  http: 'the requests of this route',
  database: "this statement's runs",
  render: "this page's renderings",
  other: 'its kind',
};

/** `slower than 97 % of the requests of this route`; undefined if too little is known. */
export function standing(span: SpanRow | undefined, countOf: CountOf): string | undefined {
  if (span === undefined) return undefined;
  const { count, began, groups } = countOf(span);
  const { percentile, type } = span;
  if (count < ENOUGH_TO_COMPARE || percentile === undefined || !Number.isFinite(percentile)) return undefined;
  const all = `${KIND[type]}${began === undefined ? '' : `, new since ${began}`}`;
  if (percentile > 0.999) return `slower than nearly all of ${all}`;
  const group = percentile < OUTSIDE && groups !== undefined && groupWords(span, groups, all);
  if (group !== false && group !== undefined) return group;
  if (percentile > MOST_USUAL) return `slower than ${text(share(percentile))} of ${all}`;
  return `${percentile <= 0.1 ? 'faster than most of' : 'usual for'} ${all}`;
}

/** `of the slower group of the requests of this route: 330 of 1,488 take about 131 ms`; undefined if it is of the faster one, as most are. */
function groupWords(
  { durationMillis }: SpanRow,
  { fast, slow, betweenMillis }: DurationGroups,
  all: string,
): string | undefined {
  const [name, own] = durationMillis > betweenMillis ? ['slower', slow] : ['faster', fast];
  if (own === fast && fast.count >= slow.count) return undefined;
  return `of the ${name} group of ${all}: ${countText(own.count)} of ${countText(fast.count + slow.count)} take about ${text(duration(own.medianMillis))}`;
}
