import { html, type Html } from '../../markup/html.ts';
import { countText, size, text } from '../../markup/quantity.ts';
import { panel } from '../charts/frame.ts';
import type { ProcessMemories, ProcessMemory } from '../facts/process-memory.ts';
import { moment, spanText } from '../format/moment.ts';
import type { PageView } from '../page.ts';
import { ENDED_WORDS } from '../sentences/downtime-sentence.ts';
import { mostText } from '../sentences/early-memory-sentence.ts';
import { growthText } from '../sentences/memory-sentence.ts';
import { badge } from './facts.ts';
import { drawTable, type Column } from './table.ts';
import { explained } from './words.ts';

const bytes = (value: number | undefined): string => (value === undefined ? '–' : text(size(value)));

/** When and how; a process that runs has no end. */
function endOf({ endedAtMillis, ended, reason }: ProcessMemory, now: number): Html {
  if (endedAtMillis === undefined || ended === undefined) return html`not yet`;
  return html`${moment(endedAtMillis, now)}
    <span class="callers wrap ${ended === 'stopped' ? '' : 'tone-failed'}">${ENDED_WORDS[ended]}</span
    >${reason !== undefined && html` <span class="callers wrap"><bdi>${reason}</bdi></span>`}`;
}

const columnsOf = ({ now }: PageView): readonly Column<ProcessMemory>[] => [
  {
    label: 'begun',
    key: 'begun',
    value: ({ startedAtMillis }) => startedAtMillis,
    cell: (row) =>
      html`${moment(row.startedAtMillis, now)}${
          row.processes > 1 && html` <span class="unit">and ${row.processes - 1} more</span>`
        }<span class="only-narrow callers">ended ${endOf(row, now)}</span>`,
  },
  {
    label: 'memory',
    key: 'verdict',
    value: ({ verdict }) => verdict,
    cell: ({ verdict, heap, early }) =>
      html`${badge(verdict === 'growing' && heap?.isGrowing === false ? 'growing outside the heap' : verdict, verdict === 'growing' ? 'failed' : /grow/.test(verdict) ? undefined : 'quiet')}${
        heap !== undefined && html` <span class="callers">${growthText(heap)} an hour</span>`
      }${early && html` <span class="callers">${mostText(early)}</span>`}`,
  },
  {
    label: 'ran',
    key: 'ran',
    value: ({ ranMillis }) => ranMillis,
    cell: ({ ranMillis, processes }) => `${processes > 1 ? 'together ' : ''}${spanText(ranMillis)}`,
    room: 'mid',
  },
  {
    label: 'ended',
    key: 'ended',
    value: ({ endedAtMillis }) => endedAtMillis,
    cell: (row) => endOf(row, now),
    room: 'mid',
  },
  {
    label: 'after GC, at begin',
    key: 'first_floor',
    value: ({ firstFloorBytes }) => firstFloorBytes,
    align: 'number',
    room: 'wide',
    cell: ({ firstFloorBytes }) => bytes(firstFloorBytes),
  },
  {
    label: 'at end',
    key: 'last_floor',
    value: ({ lastFloorBytes }) => lastFloorBytes,
    align: 'number',
    room: 'wide',
    cell: ({ lastFloorBytes }) => bytes(lastFloorBytes),
  },
];

/** Of each process that is known whether its memory grew: what a restart does not take away. */
export function processMemoryPanel({ rows, known, judged, growing }: ProcessMemories, view: PageView): Html {
  return panel({
    title: 'Memory of each process',
    note:
      judged === 0
        ? 'none could be judged yet'
        : `${countText(judged)} of ${countText(known)} judged, ${countText(growing)} growing`,
    body: drawTable(rows, columnsOf(view), {
      caption: 'Memory of each process',
      keyOf: ({ startedAtMillis, pid }) => `${startedAtMillis} ${pid}`,
      view,
      still: true,
      empty: 'No process is known.',
    }),
    foot: html`<span
      >By the ${explained('floor', view.links)} of the heap after the first five minutes. From a quarter of an
      hour on, with full collections in 16 samples (of processes that ended more than a day ago, in 8 quarters
      of an hour), a slope with its 95 % interval; with fewer, from the tenth minute on, the slope of what
      grew by half, or the most that the heap can have grown by.</span
    >`,
  });
}
