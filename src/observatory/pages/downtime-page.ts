import type { Downtime } from '../../../otel/query.ts';
import { html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { csvLink } from '../draw/facts.ts';
import { drawTable, sheetOf, sortRows, type Column } from '../draw/table.ts';
import { sumDowntimes, type DowntimeSum } from '../facts/downtimes.ts';
import { moment } from '../format/moment.ts';
import { duration, figure, text } from '../../markup/quantity.ts';
import type { PageView } from '../page.ts';
import { downtimeSentence, ENDED_WORDS } from '../sentences/downtime-sentence.ts';
import { definePage } from './define-page.ts';

/** When no process of the blog ran, and how the one before had ended. */
export const downtimePage = definePage<DowntimeSum>({
  path: '/downtime',
  menu: 'process',
  parent: { path: '/process', label: 'Process' },
  fetch: ({ telemetry, range }) => sumDowntimes(telemetry.downtime(), range),
  title: () => 'Downtime',
  sentence: (facts, { range, now }) => downtimeSentence(facts, range, now),
  draw({ rows, known, precisionMillis }, view) {
    const columns = columnsOf(view);
    return html`${panel({
        title: 'Times without a running process',
        note: html`known since ${moment(known.fromMillis, view.now)}; ends that nobody noted are known to
        ${text(duration(precisionMillis))} ${csvLink(view)}`,
        body: drawTable(sortRows(rows, columns, view.query['sort']), columns, {
          caption: 'Times without a running process',
          keyOf: ({ toMillis }) => String(toMillis),
          view,
          empty: 'None. Each restart, crash and suspended machine of this range would be listed here.',
        }),
      })}
      <p class="note">
        Each lasts from the last sign of one process to the start of the next one; until it answers, it takes
        a second or two more. A blocked event loop is no downtime: see
        <a href="${view.links.to('/stalls')}">stalls</a>. Whether readers reached the blog, it cannot know.
      </p>`;
  },
  sheet: ({ rows }, view) => sheetOf(rows, columnsOf(view)),
});

const columnsOf = ({ now, links }: PageView): readonly Column<Downtime>[] => [
  {
    label: 'from',
    key: 'from',
    value: ({ fromMillis }) => fromMillis,
    file: ({ fromMillis }) => new Date(fromMillis).toISOString(),
    cell: ({ fromMillis }) => moment(fromMillis, now),
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
    cell: ({ fromMillis, toMillis }) => figure(duration(toMillis - fromMillis)),
  },
  {
    label: 'before it',
    key: 'ended',
    value: ({ ended }) => ended,
    cell: ({ ended, reason }) =>
      html`<span class="${ended === 'stopped' ? '' : 'tone-failed'}">${ENDED_WORDS[ended]}</span
        >${reason !== undefined && html` <bdi class="wrap">${reason}</bdi>`}`,
  },
  {
    label: 'last traces',
    cell: ({ fromMillis }) =>
      html`<a
        href="${links.ranged('/traces', {}, { from: new Date(fromMillis - LAST_MILLIS).toISOString(), to: new Date(fromMillis + 1000).toISOString() })}"
        >the minute before</a
      >`,
    room: 'wide',
  },
];

const LAST_MILLIS = 60_000;
