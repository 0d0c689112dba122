import type { Downtime, Marker, TimeRange } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { countText, duration, text } from '../../markup/quantity.ts';
import { panel } from '../charts/frame.ts';
import { csvLink } from '../draw/facts.ts';
import { drawStack } from '../draw/stack.ts';
import { drawTable, sheetOf, sortRows, type Column } from '../draw/table.ts';
import {
  type DowntimeSum,
  lastMinutes,
  type LastMinute,
  outsideText,
  sumDowntimes,
} from '../facts/downtimes.ts';
import { markerText } from '../format/marker-text.ts';
import { moment } from '../format/moment.ts';
import type { Links } from '../links.ts';
import type { PageView } from '../page.ts';
import {
  downtimeSentence,
  ENDED_MEANINGS,
  ENDED_WORDS,
  outsideWords,
  rowLength,
} from '../sentences/downtime-sentence.ts';
import { plural, type SentencePart } from '../sentences/sentence.ts';
import { definePage } from './define-page.ts';

interface DowntimeRow extends Downtime {
  /** What is held of the minute before; undefined for an end that was asked for. */
  readonly last: LastMinute | undefined;
}

interface DowntimePageFacts extends Omit<DowntimeSum, 'rows'> {
  /** Newest first. */
  readonly rows: readonly DowntimeRow[];
  /** Starts while another process ran, newest first: no downtime. */
  readonly beside: readonly Marker[];
}

/** When no process of the blog ran, and how the one before had ended. */
export const downtimePage = definePage<DowntimePageFacts>({
  path: '/downtime',
  menu: 'process',
  parent: { path: '/process', label: 'Process' },
  fetch({ telemetry, range }) {
    const sum = sumDowntimes(telemetry.downtime(), range);
    const last = lastMinutes(telemetry, sum);
    const isBeside = ({ before }: Marker): boolean => before?.ended === 'running';
    return {
      ...sum,
      rows: sum.rows.map((row, index) => ({ ...row, last: last[index] })),
      beside: telemetry.markers(range).filter(isBeside).toReversed(),
    };
  },
  title: () => 'Downtime',
  sentence: (facts, { range, now, links }) => [
    ...downtimeSentence(facts, range, now, evidenceOf(facts.rows[0]?.last, links)[0]),
    ...outsideWords(facts, now, links),
  ],
  draw({ rows, earlier, later, known, sinceMillis, precisionMillis, beside }, view) {
    const columns = columnsOf(view, known);
    const shown = [rows, earlier.slice(0, MAX_OUTSIDE), later.slice(0, MAX_OUTSIDE)];
    return html`${panel({
        title: 'Times without a running process',
        note: html`known since ${moment(sinceMillis, view.now)} ${csvLink(view)}`,
        body: drawTable(sortRows(rows, columns, view.query['sort']), columns, {
          caption: 'Times without a running process',
          keyOf: ({ toMillis }) => String(toMillis),
          view,
          empty: 'None. Each restart, crash and suspended machine of this range would be listed here.',
        }),
      })}
      ${outsidePanel('Before this range', earlier, view)} ${outsidePanel('After this range', later, view)}
      ${meaningsOf(shown.flat())} ${beside.length > 0 && besidePanel(beside, view)}
      <p class="note">
        Each lasts from the last sign of one process until a server of the next one listens; “or more” where
        that is not known, as of versions before: then it ends with the start. A stop and a crash are noted
        with their times. Else the last sign is a heartbeat, and the process ended up to
        ${text(duration(precisionMillis))} later (of earlier versions 4 s), so the length is a range; if its
        event loop was held at the end, later by that, too: it answered nothing then. Times are those of the
        clock at that start: if it was set meanwhile, that is taken out, here as on charts. A blocked event
        loop is no downtime: see
        <a href="${view.links.to('/stalls')}">stalls</a>. Whether readers reached the blog, it cannot know.
      </p>`;
  },
  sheet: ({ rows }, view) => sheetOf(rows, [...columnsOf(view), UNCERTAIN]),
});

/** How many are listed of the time before the range, and after it. */
const MAX_OUTSIDE = 20;

/** A range that is too short hides none. */
function outsidePanel(title: string, outside: readonly Downtime[], view: PageView): Html | undefined {
  if (outside.length === 0) return undefined;
  const columns = columnsOf(view).filter(({ label }) => label !== LAST_MINUTE);
  return panel({
    title,
    note:
      outside.length > MAX_OUTSIDE
        ? `newest ${MAX_OUTSIDE} of ${countText(outside.length)}`
        : 'not counted above',
    body: drawTable(
      outside.slice(0, MAX_OUTSIDE).map((row) => ({ ...row, last: undefined })),
      columns,
      { caption: title, keyOf: ({ toMillis }) => String(toMillis), view, still: true, empty: '' },
    ),
  });
}

/** What the words of a table mean, and what nothing here can tell. */
function meaningsOf(rows: readonly Downtime[]): Html | undefined {
  const words = [...new Set(rows.map(({ ended }) => ended))];
  if (words.length === 0) return undefined;
  return html`<p class="note">
    ${words.map((ended, index) => html`${index > 0 && '. '}<strong>${ENDED_WORDS[ended]}</strong>: ${ENDED_MEANINGS[ended]}`)}.
  </p>`;
}

/** How many such starts are listed. */
const MAX_BESIDE = 20;

function besidePanel(beside: readonly Marker[], { now }: PageView): Html {
  return panel({
    title: 'Starts while another process ran',
    note: beside.length > MAX_BESIDE ? `newest ${MAX_BESIDE} of ${countText(beside.length)}` : 'no downtime',
    body: html`<ul>
        ${beside.slice(0, MAX_BESIDE).map((marker) => html`<li>${moment(marker.atMillis, now)}: ${markerText(marker, now)}</li>`)}
      </ul>
      <p class="note">
        A deployment that starts the new process before it stops the old one looks like this, and so does a
        second blog that was started on the same data folder by mistake.
      </p>`,
  });
}

/** What there is of the minute before an end, whether or not it has to do with it; the most telling first. */
function evidenceOf(last: LastMinute | undefined, links: Links): readonly SentencePart[] {
  if (last === undefined) return [];
  const { range, logLines = 0, failures, traces } = last;
  const [from, to] = [range.fromMillis, range.toMillis].map((millis) => new Date(millis).toISOString());
  const linkTo = (path: string, words: string): SentencePart => ({
    text: words,
    href: links.ranged(path, {}, { from, to }),
  });
  return [
    ...(logLines > 0 ? [linkTo('/logs', plural(logLines, 'log line'))] : []),
    ...(failures > 0 ? [linkTo('/failures', plural(failures, 'failed operation'))] : []),
    ...(traces > 0 ? [linkTo('/traces', plural(traces, 'trace'))] : []),
  ];
}

const LAST_MINUTE = 'in its last minute';

/** Of the file: the page has the length as a range. */
const UNCERTAIN: Column<DowntimeRow> = {
  label: 'shorter by up to',
  key: 'uncertain',
  value: ({ uncertainMillis }) => uncertainMillis,
  cell: ({ uncertainMillis }) => text(duration(uncertainMillis)),
};

/** @param known The range that a row may reach out of. */
const columnsOf = ({ now, links }: PageView, known?: TimeRange): readonly Column<DowntimeRow>[] => [
  {
    label: 'from',
    key: 'from',
    value: ({ fromMillis }) => fromMillis,
    file: ({ fromMillis }) => new Date(fromMillis).toISOString(),
    cell: (row) => {
      const outside = known && outsideText(row, known);
      return html`${moment(row.fromMillis, now)}${outside !== undefined && html` <span class="note wrap">${outside}</span>`}`;
    },
  },
  {
    label: 'to',
    key: 'to',
    value: ({ toMillis }) => toMillis,
    file: ({ toMillis }) => new Date(toMillis).toISOString(),
    cell: ({ toMillis }) => moment(toMillis, now),
    room: 'mid',
  },
  {
    label: 'length',
    key: 'length',
    value: ({ fromMillis, toMillis }) => toMillis - fromMillis,
    align: 'number',
    cell: (row) => rowLength(row),
  },
  {
    label: 'how it ended',
    key: 'ended',
    value: ({ ended }) => ended,
    cell: ({ ended, reason, stack, toMillis }) =>
      html`<span class="wrap ${ended === 'stopped' ? '' : 'tone-failed'}">${ENDED_WORDS[ended]}</span
        >${reason !== undefined && html` <span class="wrap"><bdi>${reason}</bdi></span>`}${
          stack !== undefined &&
          html`<details data-key="stack-${toMillis}">
            <summary>stack</summary>
            ${drawStack(stack)}
          </details>`
        }`,
  },
  {
    label: LAST_MINUTE,
    cell: ({ last }) =>
      html`${evidenceOf(last, links).map(({ text: words, href }, index) => html`${index > 0 && ', '}<a href="${href}">${words}</a>`)}`,
    room: 'mid',
  },
];
