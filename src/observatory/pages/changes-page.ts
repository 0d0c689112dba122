import type { Marker, TelemetryQuery } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { compareLinks } from '../draw/compare-links.ts';
import { comparedColumns, comparedSheetColumns } from '../draw/compared-columns.ts';
import { csrfField } from '../draw/csrf-field.ts';
import { csvLink } from '../draw/facts.ts';
import { drawTable, sheetOf, sortRows } from '../draw/table.ts';
import { lengthWords } from '../../markup/span-text.ts';
import { momentText } from '../format/moment.ts';
import { type ComparedRanges, comparedRanges, happening } from '../facts/compared-ranges.ts';
import { type ComparedSeries, isCompared } from '../facts/compared-series.ts';
import { comparison, type Comparison, prepareComparison } from '../facts/comparison.ts';
import { failureState } from '../facts/failure-state.ts';
import { memoryGrowth } from '../facts/memory-growth.ts';
import { memorySince, type MemorySince } from '../facts/memory-since.ts';
import { memoriesNow } from '../facts/process-memory.ts';
import type { ChosenRange } from '../facts/time-range.ts';
import { lengthOf } from '../facts/traffic.ts';
import { isNewFailure, isOnOneSide, uncertain } from '../facts/uncertain-differences.ts';
import { type SidesVersions, versionRuns, versionsOfSides } from '../facts/version-runs.ts';
import { versionsText } from '../format/versions-text.ts';
import type { PageRequest, PageView } from '../page.ts';
import { changesSentence, type BegunFailure } from '../sentences/changes-sentence.ts';
import { MEMORY_PLACE } from '../sentences/memory-place.ts';
import { memorySinceWords } from '../sentences/memory-since-sentence.ts';
import { ledBy, plural, type SentencePart } from '../sentences/sentence.ts';
import { definePage } from './define-page.ts';
import { MAX_LABEL_CHARS } from './mark-routes.ts';

/** Markers offered, newest first. */
const MAX_MARKERS = 8;
/** Failing operations whose earlier failures are read, and how many of each. */
const MAX_JUDGED = 3;
const MAX_HELD = 500;
const DAY_MILLIS = 86_400_000;

interface ChangesFacts extends Comparison {
  readonly versions: SidesVersions;
  /** Operations that fail, though not once in the time before. */
  readonly begun: readonly BegunFailure[];
  /** Set if memory grows since a version that began within what is compared. */
  readonly memorySince: MemorySince | undefined;
  /** Both sides of each can be compared. */
  readonly markers: readonly Marker[];
  /** Both sides of a marker or of another moment are compared, not the range. */
  readonly isAround: boolean;
}

function rangesAsked({ telemetry, query, range, now }: PageRequest): ComparedRanges {
  const asked = {
    isBefore: query['with'] === 'before',
    ...(isMoment(query) && { at: Number(query['at']) }),
  };
  return comparedRanges(telemetry, range, asked, now);
}

function isMoment({ at }: PageRequest['query']): boolean {
  return Number.isFinite(Number(at ?? NaN));
}

/** What differs between the range and the one before it, or before and after a marker. */
export const changesPage = definePage<ChangesFacts>({
  path: '/changes',
  menu: 'changes',
  live: false,
  // Both sides of a moment have their own length.
  isOfRange: ({ isAround }) => !isAround,
  prepare: (request) => prepareComparison(request.telemetry, request.range, rangesAsked(request)),
  fetch(request) {
    const { telemetry, range, now } = request;
    const compared = comparison(telemetry, range, rangesAsked(request));
    return {
      ...compared,
      isAround: compared.marker !== undefined || isMoment(request.query),
      versions: versionsOfSides(telemetry, compared),
      begun: begunFailures(telemetry, compared.rows, compared.after.toMillis),
      memorySince: memorySinceWithin(telemetry, range, compared),
      markers: offered(
        telemetry.markers({ fromMillis: Math.min(range.fromMillis, now - DAY_MILLIS), toMillis: now }),
      ),
    };
  },
  title: () => 'Changes',
  sentence: ({ rows, begun, memorySince: grows, words, notes }, { links, range, now }) =>
    rows.length === 0
      ? [{ text: `No operations ${range.words}, and none before. Choose a longer range.` }]
      : [
          ...changesSentence(rows, begun, words, links, grows),
          ...(grows === undefined
            ? []
            : [{ text: ' ' }, ...ledBy(memorySinceWords(grows, now), links.to(MEMORY_PLACE))].map(
                (part): SentencePart => ({ ...part, aside: true }),
              )),
          ...notes.map((text): SentencePart => ({ text: ` ${text}`, aside: true })),
        ],
  draw(facts, view) {
    const columns = comparedColumns(view);
    const rows = sortRows(facts.rows, columns, view.query['sort']);
    const told = rows.filter(isTold);
    return html`${markerLinks(facts, view)} ${markForm(view)}
    ${panel({
      title: `Compared with ${facts.words}`,
      note: html`${lengthWords(lengthOf(facts.before))} before, ${lengthWords(lengthOf(facts.after))} after,
      from every operation${versionsNote(facts.versions)} ${csvLink(view)}`,
      body: html`${drawTable(told.length > 0 ? told : rows, columns, {
        caption: 'Operations before and after',
        keyOf,
        view,
        stacked: true,
        empty: 'Shown once operations were counted on both sides.',
      })}${
        told.length > 0 &&
        rareRows(
          rows.filter((row) => !told.includes(row)),
          view,
        )
      }`,
      foot: html`<span
          >A difference is marked if, and only if, its interval leaves out ×1. Everything on this page is
          judged together, which makes intervals wide: if nothing had changed, at most 5 of 100 such pages
          would have a mark. With a “?”: at least twice as long or half, or new failures, but too seldom to
          tell from chance</span
        ><span
          >durations are compared from 20 operations on each side for p50, from 30 for p75, from 60 for p95;
          of each type, the operations that took the most time are compared; rates allow for what half of the
          routes have in common, as a busier hour is no difference of one of them</span
        ><span
          >memory is compared between a version and the one before it, once a process ran long enough for a
          slope of its heap, and one of the version before for a bound of it</span
        >`,
    })}`;
  },
  sheet: ({ rows }, view) => sheetOf(rows, comparedSheetColumns(view)),
});

function keyOf({ type, name }: ComparedSeries): string {
  return `${type} ${name}`;
}

function isTold(row: ComparedSeries): boolean {
  return (
    isCompared(row) || row.differs.length > 0 || uncertain(row).length > 0 || isOnOneSide(row) !== undefined
  );
}

/** Operations of which nothing can be said: a closed line. */
function rareRows(rows: readonly ComparedSeries[], view: PageView): Html | undefined {
  if (rows.length === 0) return undefined;
  return html`<details class="folded" id="rare-operations">
    <summary>${plural(rows.length, 'operation')} too rare on one side to be compared</summary>
    ${drawTable(rows, comparedColumns(view), {
      caption: 'Operations too rare to be compared',
      keyOf,
      view,
      still: true,
      stacked: true,
      empty: '',
    })}
  </details>`;
}

/** The growth of now, of a version that began between the begin of the one side and the end of the other. */
function memorySinceWithin(
  telemetry: TelemetryQuery,
  range: ChosenRange,
  { before, after }: Comparison,
): MemorySince | undefined {
  if (!range.moving) return undefined;
  const memories = memoriesNow(telemetry, memoryGrowth(telemetry.memoryFloors(range)));
  const since = memorySince(memories, versionRuns(telemetry));
  const isWithin =
    since !== undefined && since.atMillis >= before.fromMillis && since.atMillis <= after.toMillis;
  return isWithin ? since : undefined;
}

/** The newest, and the newest start of another version. */
function offered(all: readonly Marker[]): readonly Marker[] {
  const starts = new Set(all.filter(({ kind }) => kind === 'start').map(({ atMillis }) => atMillis));
  const markers = all.filter(({ kind, atMillis }) => kind === 'start' || !starts.has(atMillis));
  const newest = markers.slice(-MAX_MARKERS).toReversed();
  const deployed = markers.findLast(({ versions }) => versions !== undefined);
  return deployed === undefined || newest.includes(deployed) ? newest : [...newest.slice(0, -1), deployed];
}

/** Failing operations, the most failures first, each with what all of its failures that are held say. */
function begunFailures(
  telemetry: Pick<TelemetryQuery, 'failures'>,
  rows: readonly ComparedSeries[],
  untilMillis: number,
): readonly BegunFailure[] {
  const range = { fromMillis: 0, toMillis: untilMillis };
  return rows
    .filter(isNewFailure)
    .toSorted((a, b) => b.after.errors - a.after.errors)
    .map((row, index) => {
      const { type, name } = row;
      const held =
        index < MAX_JUDGED ? telemetry.failures({ range, type, series: name, limit: MAX_HELD }).rows : [];
      return {
        row,
        state: failureState(
          held.map(({ startMillis }) => startMillis),
          untilMillis,
        ),
      };
    });
}

/** ` · version 0.1.0 before, version 0.2.0 after`. */
function versionsNote({ before, after }: SidesVersions): string {
  const [old, young] = [versionsText(before), versionsText(after)];
  if (old === '' && young === '') return '';
  if (old === young) return ` · ${old} on both sides`;
  return ` · ${old === '' ? 'an unknown version' : old} before, ${young === '' ? 'an unknown one' : young} after`;
}

/** Marks this moment, so that both its sides can be compared later. */
function markForm(view: PageView): Html {
  return html`<form class="mark-now" method="post" action="${view.links.base}/changes/mark">
    ${csrfField(view)}
    <label
      >mark this moment
      <input type="text" name="label" maxlength="${MAX_LABEL_CHARS}" placeholder="release 1.2" required
    /></label>
    <button type="submit">Mark</button>
  </form>`;
}

/** Links that compare both sides of a marker, or again the range with the one before. */
function markerLinks({ markers, marker }: ChangesFacts, { links, now }: PageView): Html {
  if (markers.length === 0) return html``;
  return compareLinks([
    {
      href: links.to('/changes', { with: 'before' }),
      words: 'with the time before',
      isCurrent: marker === undefined,
    },
    ...markers.map((each) => ({
      href: links.to('/changes', { at: each.atMillis }),
      words: `before and after ${happening(each)} ${momentText(each.atMillis, now)}`,
      isCurrent: marker?.atMillis === each.atMillis,
    })),
  ]);
}
