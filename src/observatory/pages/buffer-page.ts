import type { BufferFacts, OwnCost, SpanCounts, TelemetryFault } from '../../../otel/query.ts';
import { html } from '../../views/html.ts';
import { panel } from '../charts/frame.ts';
import { shareBar } from '../charts/sparkline.ts';
import { factList } from '../draw/facts.ts';
import { drawTable, sheetOf, type Column } from '../draw/table.ts';
import { moment, spanText } from '../format/moment.ts';
import { countText, figure, share, size, text, threeDigits } from '../format/quantity.ts';
import { definePage } from '../page.ts';
import { plural } from '../sentences/sentence.ts';

interface BufferPageFacts {
  readonly buffer: BufferFacts;
  readonly ownCost: OwnCost;
  readonly spans: SpanCounts;
  readonly faults: readonly TelemetryFault[];
}

const FAULTS = (now: number): readonly Column<TelemetryFault>[] => [
  { label: 'place', key: 'place', value: (row) => row.place, cell: (row) => html`<code>${row.place}</code>` },
  {
    label: 'times',
    key: 'times',
    value: (row) => row.count,
    align: 'number',
    cell: (row) => countText(row.count),
  },
  { label: 'last', key: 'last', value: (row) => row.lastMillis, cell: (row) => moment(row.lastMillis, now) },
  {
    label: 'message',
    key: 'message',
    value: (row) => row.lastMessage,
    cell: (row) => html`<bdi class="wrap">${row.lastMessage}</bdi>`,
  },
];

/** What is held against its bounds, what left and why, and what watching costs. */
export const bufferPage = definePage<BufferPageFacts>({
  path: '/buffer',
  menu: 'buffer',
  fetch: ({ telemetry }) => ({
    buffer: telemetry.buffer(),
    ownCost: telemetry.ownCost(),
    spans: telemetry.spans(),
    faults: telemetry.faults(),
  }),
  title: () => 'Buffer and own cost',
  sentence({ buffer, ownCost }, { now }) {
    const reach =
      buffer.oldestMillis === undefined
        ? ''
        : `, the oldest ${spanText(Math.max(0, now - buffer.oldestMillis))} old`;
    return [
      {
        text: `${plural(buffer.traces, 'trace')} held in ${text(size(buffer.bytes))}${reach}. Watching takes ${text(share(ownCost.cpuShare))} of the process's CPU time, ${threeDigits(ownCost.nanosPerSpan / 1000)} µs a span.`,
      },
    ];
  },
  draw({ buffer, ownCost, faults }, view) {
    const of = (part: number, whole: number) => shareBar('http', part / Math.max(1, whole));
    return html`<div class="grid even">
        ${panel({
          title: 'Buffer of kept traces',
          body: factList([
            [
              'traces',
              html`${of(buffer.traces, buffer.maxTraces)} ${countText(buffer.traces)}
                <span class="unit">of ${countText(buffer.maxTraces)}</span>`,
            ],
            [
              'bytes',
              html`${of(buffer.bytes, buffer.maxBytes)} ${figure(size(buffer.bytes))}
                <span class="unit">of ${text(size(buffer.maxBytes))}</span>`,
            ],
            ['oldest', buffer.oldestMillis === undefined ? 'none' : moment(buffer.oldestMillis, view.now)],
            ['let go: too many', countText(buffer.evicted.count)],
            ['let go: too many bytes', countText(buffer.evicted.bytes)],
            ['let go: aged out', countText(buffer.evicted.age)],
          ]),
          foot: html`<span>bounds: METRICS_BUFFER_SIZE, METRICS_BUFFER_BYTES, METRICS_HISTORY_DAYS</span>`,
        })}
        ${panel({
          title: 'What watching costs',
          body: factList([
            ['time per span', html`${threeDigits(ownCost.nanosPerSpan / 1000)}<span class="unit"> µs</span>`],
            ['share of CPU time', figure(share(ownCost.cpuShare))],
            ['held in memory', figure(size(ownCost.bytesHeld))],
            ['history file', figure(size(ownCost.historyFileBytes))],
          ]),
        })}
      </div>
      ${panel({
        title: 'Faults inside telemetry',
        note: 'caught, never passed on to the blog',
        body: drawTable(faults, FAULTS(view.now), {
          caption: 'Faults inside telemetry',
          keyOf: (row) => row.place,
          view,
          still: true,
          empty: 'None since the start.',
        }),
      })}`;
  },
  sheet: ({ faults }, { now }) => sheetOf(faults, FAULTS(now)),
});
