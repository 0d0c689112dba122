import {
  KEEP_REASONS,
  type BufferFacts,
  type HistoryFacts,
  type KeepReason,
  type OperationCounts,
  type MissingNodeFeature,
  type TelemetryFault,
} from '../../../otel/query.ts';
import type { TraceLink } from '../trace/trace-links.ts';
import { html, type Html } from '../../markup/html.ts';
import type { PageView } from '../page.ts';
import { panel } from '../charts/frame.ts';
import { shareBar } from '../charts/sparkline.ts';
import { costPanel, costWords, type CostFacts } from '../draw/cost-panel.ts';
import { factList } from '../draw/facts.ts';
import { historyPanel } from '../draw/history-panel.ts';
import { REASON_WORDS } from '../format/reason-words.ts';
import { drawTable, sheetOf, type Column } from '../draw/table.ts';
import { moment, momentText, spanText } from '../format/moment.ts';
import { countText, figure, size, text } from '../../markup/quantity.ts';
import { ownStalls } from '../facts/own-stalls.ts';
import { definePage } from './define-page.ts';
import { SETTINGS_ID } from './sampling-page.ts';
import { type HeldRequests, heldRequestsEver } from '../facts/held-requests.ts';
import { heldSentence } from '../sentences/held-sentence.ts';
import { plural } from '../sentences/sentence.ts';

interface BufferPageFacts extends CostFacts {
  readonly buffer: BufferFacts;
  readonly spans: OperationCounts;
  readonly faults: readonly TelemetryFault[];
  readonly missing: readonly MissingNodeFeature[];
  /** The number of traces, in memory and on disk, that have a span kept for this reason. */
  readonly held: Readonly<Record<KeepReason, number>>;
  readonly requests: number;
  /** Traces in memory and on disk. */
  readonly kept: number;
  /** Of all that is counted; undefined while traces of an older file are moved. */
  readonly heldRequests: HeldRequests | undefined;
  readonly countedFromMillis: number;
  readonly history: HistoryFacts | undefined;
  readonly traceLinks: readonly TraceLink[];
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

const MISSING: readonly Column<MissingNodeFeature>[] = [
  { label: 'missing', key: 'gone', value: (row) => row.name, cell: (row) => html`<code>${row.name}</code>` },
  {
    label: 'consequence',
    key: 'without',
    value: (row) => row.consequence,
    cell: (row) => html`${row.consequence}`,
  },
];

const linkColumns = ({ links, now }: PageView): readonly Column<TraceLink>[] => [
  {
    label: 'trace',
    cell: ({ traceId }) =>
      html`<a href="${links.trace(traceId)}"><code class="id">${traceId.slice(0, 8)}</code></a>`,
  },
  { label: 'made', cell: ({ createdAtMillis }) => moment(createdAtMillis, now) },
  { label: 'opens until', cell: ({ expiresAtMillis }) => moment(expiresAtMillis, now) },
];

function meter(part: number, value: Html): Html {
  return html`<span class="meter">${shareBar('http', part)} <span>${value}</span></span>`;
}

/** What the buffer and the history hold against their limits, evictions, and the cost of telemetry. */
export const bufferPage = definePage<BufferPageFacts>({
  path: '/buffer',
  menu: 'buffer',
  ranged: false,
  fetch: ({ telemetry, range, traceLinks, ownViewNanos }) => ({
    buffer: telemetry.buffer(),
    ownCost: telemetry.ownCost(),
    ownViewNanos: ownViewNanos(),
    uptimeSeconds: telemetry.process().uptimeSeconds,
    ownStalls: ownStalls(telemetry, range),
    spans: telemetry.spans(),
    faults: telemetry.faults(),
    missing: telemetry.missingNodeFeatures(),
    held: Object.fromEntries(
      KEEP_REASONS.map((reason) => [reason, telemetry.traces({ reason, limit: 0 }).total]),
    ) as BufferPageFacts['held'],
    requests: telemetry.operations().http.count,
    kept: telemetry.traces({ limit: 0 }).total,
    heldRequests: heldRequestsEver(telemetry),
    countedFromMillis: telemetry.countedFromMillis(),
    history: telemetry.history(),
    traceLinks: traceLinks?.() ?? [],
  }),
  title: () => 'Buffer and overhead',
  sentence({ buffer, ownCost, kept, heldRequests, countedFromMillis }, { now, links }) {
    const reach =
      buffer.oldestMillis === undefined
        ? ''
        : `, the oldest ${spanText(Math.max(0, now - buffer.oldestMillis))} old`;
    return [
      {
        text: `${plural(buffer.traces, 'trace')} held in ${text(size(buffer.bytes))}${reach}${kept > buffer.traces ? `; ${countText(kept - buffer.traces)} more on disk` : ''}.`,
      },
      ...heldSentence(heldRequests, `since ${momentText(countedFromMillis, now)}`, links),
      { text: ` ${costWords(ownCost)}` },
    ];
  },
  draw(facts, view) {
    const { buffer, spans, faults, missing, held, requests, kept, history, traceLinks } = facts;
    return html`<div class="grid even">
        ${panel({
          title: 'In memory',
          note: 'traces; evictions are of this process, and most of those are on disk',
          body: factList([
            [
              'traces',
              meter(
                buffer.traces / Math.max(1, buffer.maxTraces),
                html`${countText(buffer.traces)} <span class="unit">of ${countText(buffer.maxTraces)}</span>`,
              ),
            ],
            [
              'size',
              meter(
                buffer.bytes / Math.max(1, buffer.maxBytes),
                html`${figure(size(buffer.bytes))}
                  <span class="unit">of ${text(size(buffer.maxBytes))}</span>`,
              ),
            ],
            ['oldest', buffer.oldestMillis === undefined ? 'none' : moment(buffer.oldestMillis, view.now)],
            ['evicted: too many', countText(buffer.evicted.count)],
            ['evicted: over the size limit', countText(buffer.evicted.bytes)],
            ['evicted: aged out', countText(buffer.evicted.age)],
          ]),
        })}
        ${historyPanel(history, view.now)}
        ${panel({
          title: 'Why they were kept',
          note: 'traces in memory and on disk; a trace can have several reasons',
          body: factList(
            KEEP_REASONS.map((reason) => [
              held[reason] === 0
                ? REASON_WORDS[reason]
                : html`<a href="${view.links.ranged('/traces', { reason }, { from: '-30d' })}"
                    >${REASON_WORDS[reason]}</a
                  >`,
              meter(held[reason] / Math.max(1, kept), html`${countText(held[reason])}`),
            ]),
          ),
        })}
        ${costPanel(facts, spans.started, requests, view)}
      </div>
      <p class="note bounds">
        Bounds: <code>METRICS_BUFFER_SIZE</code> traces, <code>METRICS_BUFFER_BYTES</code> together,
        <code>METRICS_HISTORY_DAYS</code> on disk.
        <a href="${view.links.to('/sampling')}#${SETTINGS_ID}">Their values</a>
      </p>
      ${
        missing.length === 0
          ? ''
          : panel({
              title: 'Missing Node internals',
              note: 'METRICS_SPANS=stock does not need them',
              body: drawTable(missing, MISSING, {
                caption: 'Node internals that telemetry uses and this version lacks',
                keyOf: (row) => row.name,
                view,
                still: true,
                empty: 'None.',
              }),
            })
      }
      ${traceLinks.length > 0 && linksPanel(traceLinks, view)}
      ${panel({
        title: 'Faults inside telemetry',
        note: 'caught; the blog is not affected',
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

function linksPanel(traceLinks: readonly TraceLink[], view: PageView): Html {
  return panel({
    title: 'Links to traces',
    note: 'each shows one trace to anyone who has it; they are revoked on the page of the trace',
    body: drawTable(traceLinks, linkColumns(view), {
      caption: 'Links to traces',
      keyOf: ({ id }) => String(id),
      view,
      still: true,
      empty: 'None.',
    }),
  });
}
