import type { Marker } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { compareLinks } from '../draw/compare-links.ts';
import { comparedColumns, differenceWords, isNewFailure, uncertain } from '../draw/compared-columns.ts';
import { csrfField } from '../draw/csrf-field.ts';
import { csvLink } from '../draw/facts.ts';
import { drawTable, sheetOf, sortRows } from '../draw/table.ts';
import { momentText } from '../format/moment.ts';
import {
  comparedRanges,
  isComparable,
  compareSeries,
  type ComparedRanges,
  type ComparedSeries,
  isCompared,
} from '../facts/compared-ranges.ts';
import type { PageView } from '../page.ts';
import { plural, shortRoute, type Sentence } from '../sentences/sentence.ts';
import { countText } from '../../markup/quantity.ts';
import { definePage } from './define-page.ts';
import { MAX_LABEL_CHARS } from './mark-routes.ts';

/** Markers offered, newest first. */
const MAX_MARKERS = 8;
/** Differences named in the sentence. */
const MAX_NAMED = 2;
const DAY_MILLIS = 86_400_000;

interface ChangesFacts extends ComparedRanges {
  readonly rows: readonly ComparedSeries[];
  /** Both sides of each can be compared. */
  readonly markers: readonly Marker[];
}

/** What differs between the range and the one before it, or before and after a marker. */
export const changesPage = definePage<ChangesFacts>({
  path: '/changes',
  menu: 'changes',
  live: false,
  fetch({ telemetry, query, range, now }) {
    const asked = Number(query['at'] ?? NaN);
    const ranges = comparedRanges(telemetry, range, Number.isFinite(asked) ? asked : undefined, now);
    return {
      ...ranges,
      rows: isComparable(ranges) ? compareSeries(telemetry, ranges) : [],
      markers: telemetry
        .markers({ fromMillis: Math.min(range.fromMillis, now - DAY_MILLIS), toMillis: now })
        .slice(-MAX_MARKERS)
        .toReversed(),
    };
  },
  title: () => 'Changes',
  sentence: changesSentence,
  draw(facts, view) {
    const columns = comparedColumns(view);
    return html`${markerLinks(facts, view)} ${markForm(view)}
    ${panel({
      title: `Compared with ${facts.words}`,
      note: html`from every operation ${csvLink(view)}`,
      body: drawTable(sortRows(facts.rows, columns, view.query['sort']), columns, {
        caption: 'Operations before and after',
        keyOf: (row) => `${row.type} ${row.name}`,
        view,
        empty: 'Shown once operations were counted on both sides.',
      }),
      foot: html`<span
          >a difference is marked if chance would mark one on at most 5 of 100 such pages, with durations that
          drift for some minutes; intervals hold 95 times in 100. Marked with ?: twice as long or half,
          outside of its interval, but in too few stretches of time to tell</span
        ><span
          >durations are compared from 20 operations on each side for p50, from 60 for p95; of each type, the
          operations that took the most time are compared</span
        >`,
    })}`;
  },
  sheet: ({ rows }, view) => sheetOf(rows, comparedColumns(view)),
});

/** Failures of operations that never failed before, too few to be certain of. */
function newFailures(rows: readonly ComparedSeries[], links: PageView['links']): Sentence {
  const failing = rows.filter(isNewFailure).toSorted((a, b) => b.after.errors - a.after.errors);
  return failing.slice(0, MAX_NAMED).flatMap(({ type, name, summary, after }, index) => [
    { text: index === 0 ? ' Not before, ' : ', and ' },
    {
      text: type === 'http' ? shortRoute(name) : (summary ?? name),
      href: links.series(type, name),
      tone: 'failed' as const,
    },
    {
      text: ` failed ${countText(after.errors)} of ${plural(after.count, 'time')}${index === Math.min(failing.length, MAX_NAMED) - 1 ? '.' : ''}`,
    },
  ]);
}

function changesSentence(facts: ChangesFacts, { links, range }: PageView): Sentence {
  const { rows, words } = facts;
  if (rows.length === 0)
    return [{ text: `No operations ${range.words}, and none before. Choose a longer range.` }];
  const differing = rows.filter(({ differs }) => differs.length > 0);
  const failures = newFailures(rows, links);
  if (differing.length === 0) {
    const compared = rows.filter(isCompared).length;
    const few = rows.length - compared;
    if (compared === 0)
      return [
        {
          text: `Too little happened to tell whether anything changed, compared with ${words}: ${plural(few, 'operation')}, none of them often enough on both sides.${failures.length === 0 ? ' Choose a longer range.' : ''}`,
        },
        ...failures,
      ];
    const maybe = rows.filter((row) => uncertain(row).some((what) => what !== 'failed')).length;
    const known = `${plural(compared, 'operation')} compared${few === 0 ? '' : `, ${countText(few)} too rare on one side`}`;
    if (maybe > 0)
      return [
        { text: 'Nothing certain' },
        {
          text: ` compared with ${words}: ${plural(maybe, 'operation')} took twice as long or half, which may be chance; ${known}.`,
        },
        ...failures,
      ];
    if (failures.length > 0)
      return [{ text: `Nothing certain compared with ${words}: ${known}.` }, ...failures];
    return [
      { text: 'Nothing changed', tone: 'good' },
      { text: ` beyond chance, compared with ${words}: ${known}.` },
    ];
  }
  const named = differing.slice(0, MAX_NAMED).flatMap((row, index) => {
    const name = row.type === 'http' ? shortRoute(row.name) : (row.summary ?? row.name);
    return [
      { text: index === 0 ? ' ' : '; ' },
      {
        text: name,
        href: links.series(row.type, row.name),
        tone: row.differs.includes('failed') ? ('failed' as const) : row.type,
      },
      { text: ` ${differenceWords(row)}` },
    ];
  });
  const rest = differing.length - MAX_NAMED;
  return [
    {
      text: `Compared with ${words}, ${countText(differing.length)} of ${plural(rows.length, 'operation')} ${differing.length === 1 ? 'differs' : 'differ'}:`,
    },
    ...named,
    { text: rest > 0 ? `; and ${rest} more.` : '.' },
    ...failures,
  ];
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
    { href: links.to('/changes'), words: 'with the time before', isCurrent: marker === undefined },
    ...markers.map(({ atMillis, label }) => ({
      href: links.to('/changes', { at: atMillis }),
      words: `before and after ${label} ${momentText(atMillis, now)}`,
      isCurrent: marker?.atMillis === atMillis,
    })),
  ]);
}
