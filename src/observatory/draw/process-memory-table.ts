import { html, type Html } from '../../markup/html.ts';
import { countText, duration, text } from '../../markup/quantity.ts';
import { panel } from '../charts/frame.ts';
import type { Growth } from '../facts/memory-growth.ts';
import type { ProcessMemories, ProcessMemory } from '../facts/process-memory.ts';
import { moment, spanText } from '../format/moment.ts';
import type { PageView } from '../page.ts';
import { ENDED_WORDS } from '../sentences/downtime-sentence.ts';
import { mostText } from '../sentences/early-memory-sentence.ts';
import { MEMORY_ID } from '../sentences/memory-place.ts';
import { growthText } from '../sentences/memory-sentence.ts';
import { badge } from './facts.ts';
import { drawTable, type Column } from './table.ts';
import { explained } from './words.ts';

/** In one unit and to a tenth, however large: a reader takes one from another. */
const bytes = (value: number): string => `${TENTHS.format(value / 1e6)}\u00a0MB`;

const TENTHS = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

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
        }${row.version !== undefined && html` <span class="callers">version <bdi>${row.version}</bdi></span>`}<span
          class="only-narrow callers"
          >ended ${endOf(row, now)}</span
        >`,
  },
  {
    label: 'memory',
    key: 'verdict',
    value: ({ verdict }) => verdict,
    cell: (row) => {
      const { verdict, heap, early } = row;
      const growth = shownGrowth(row);
      const course = courseOf(row);
      const isOutside = verdict === 'growing' && heap?.isGrowing === false;
      return html`${badge(isOutside ? 'growing outside the heap' : verdict, verdict === 'growing' ? 'failed' : /grow/.test(verdict) ? undefined : 'quiet')}${
        growth !== undefined && html` <span class="callers">${growthText(growth)} an hour</span>`
      }${early && html` <span class="callers">${mostText(early)}</span>`}${
        course !== undefined &&
        html`<span class="only-narrow callers"
          >${course.of} ${bytes(course.fromBytes)} → ${bytes(course.toBytes)} in
          ${text(duration(course.overMillis))}</span
        >`
      }`;
    },
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
  ...lineColumns('mid'),
];

/** From where to where memory moved, and in which time: what the slope is made of; of a process without one, what bounds its growth. */
function lineColumns(room: 'mid'): readonly Column<ProcessMemory>[] {
  const number = (
    label: string,
    key: string,
    of: (course: Course) => number,
    shown: (value: number) => string,
  ): Column<ProcessMemory> => ({
    label,
    key,
    align: 'number',
    room,
    value: (row) => pick(courseOf(row), of),
    cell: (row) => {
      const value = pick(courseOf(row), of);
      return value === undefined ? '–' : shown(value);
    },
  });
  return [
    {
      ...number('from', 'from_bytes', ({ fromBytes }) => fromBytes, bytes),
      cell: (row) => {
        const course = courseOf(row);
        return course === undefined
          ? '–'
          : html`${bytes(course.fromBytes)} <span class="callers">${course.of}</span>`;
      },
    },
    number('to', 'to_bytes', ({ toBytes }) => toBytes, bytes),
    number(
      'in',
      'over_ms',
      ({ overMillis }) => overMillis,
      (millis) => text(duration(millis)),
    ),
  ];
}

interface Course {
  /** Which memory. */
  readonly of: 'heap after GC' | 'heap in use' | 'resident memory';
  readonly fromBytes: number;
  readonly toBytes: number;
  readonly overMillis: number;
}

const pick = (course: Course | undefined, of: (course: Course) => number): number | undefined =>
  course && of(course);

function courseOf(row: ProcessMemory): Course | undefined {
  const growth = shownGrowth(row);
  if (growth !== undefined) {
    const of = growth === row.heap ? 'heap after GC' : 'resident memory';
    return { of, ...growth.line, overMillis: growth.overMillis ?? row.overMillis };
  }
  const { usedBytes, since } = row.early ?? {};
  if (usedBytes === undefined || since === undefined) return undefined;
  return { of: 'heap in use', fromBytes: since.floorBytes, toBytes: usedBytes, overMillis: since.overMillis };
}

/** Of resident memory, if that alone grows. */
function shownGrowth({ heap, rss }: ProcessMemory): Growth | undefined {
  return heap?.isGrowing !== true && rss?.isGrowing === true ? rss : heap;
}

/** Of each process that is known whether its memory grew: what a restart does not take away. */
export function processMemoryPanel({ rows, known, judged, growing }: ProcessMemories, view: PageView): Html {
  return panel({
    id: MEMORY_ID,
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
        >Growth is the slope of what full garbage collections leave, the ${explained('floor', view.links)} of
        the heap, ± its 95 % interval; for the process that runs now, usually the slope of its last 12
        hours.</span
      >
      <details class="behind" data-key="memory-judged">
        <summary>How growth is judged</summary>
        <ul>
          <li>
            Left out: five minutes after a start, and up to two sudden rises, as of something loaded once.
          </li>
          <li>
            A slope takes floors in 16 samples, or in 8 quarters of an hour of a process that ended more than
            a day ago, or growth by half.
          </li>
          <li>
            Without one, “from” is a floor and “to” the lowest heap in use of the last minutes, garbage
            included: memory grew by the difference at most.
          </li>
          <li>
            Resident memory is judged from two hours after a start on, by what follows the first one; while it
            levels off, it does not count as growing.
          </li>
        </ul>
      </details>`,
  });
}
