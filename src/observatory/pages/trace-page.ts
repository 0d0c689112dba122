import type { HeatMap, MissingTrace, SpanRow, TelemetryQuery, TraceDetail } from '../../../otel/query.ts';
import { html, type Html } from '../../views/html.ts';
import { panel } from '../charts/frame.ts';
import { waterfall } from '../charts/waterfall.ts';
import { badge } from '../draw/facts.ts';
import { spanPanel } from '../draw/span-panel.ts';
import { reasonBadge } from '../draw/trace-table.ts';
import { moment } from '../format/moment.ts';
import { countText } from '../format/quantity.ts';
import { definePage, type PageView } from '../page.ts';
import { plural } from '../sentences/sentence.ts';
import { missingTraceSentence, traceSentence } from '../sentences/trace-sentence.ts';
import { repeatedStatements, type RepeatedStatement } from '../trace/repeated-statements.ts';
import { sharesOf, spanTree, type SpanNode } from '../trace/span-tree.ts';
import { waterfallRows } from '../trace/waterfall-rows.ts';

/** What there is of a trace: its detail, or why there is none. */
interface TraceFacts {
  readonly trace: TraceDetail | MissingTrace;
  readonly repeated: readonly RepeatedStatement[];
  /** The span whose panel is open, and how long its kind takes. */
  readonly selected: string | undefined;
  readonly spread: HeatMap | undefined;
  /** How many operations its series have counted in the range, by type and series. */
  readonly counts: Readonly<Record<string, number>>;
}

const isDetail = (trace: TraceDetail | MissingTrace): trace is TraceDetail => 'spans' in trace;

/** The span asked for; else the deepest that failed; else the one that most of the time went to. */
function selection(
  trace: TraceDetail,
  nodes: readonly SpanNode[],
  asked: string | undefined,
): SpanNode | undefined {
  const named = nodes.find((node) => node.span.spanId === asked);
  if (named !== undefined) return named;
  const failed = nodes.filter((node) => node.span.status === 'error').sort((a, b) => b.depth - a.depth)[0];
  return failed ?? sharesOf(nodes)[0]?.node ?? nodes.find((node) => node.span.name === trace.name);
}

const keyOf = ({ type, series }: Pick<SpanRow, 'type' | 'series'>): string => `${type} ${series}`;

function countsOf(telemetry: TelemetryQuery, trace: TraceDetail): TraceFacts['counts'] {
  const here = new Set(trace.spans.map(keyOf));
  const types = new Set(trace.spans.map((span) => span.type));
  const rows = [...types]
    .flatMap((type) => telemetry.series(type))
    .filter((row) => here.has(keyOf({ type: row.type, series: row.name })));
  return Object.fromEntries(rows.map((row) => [keyOf({ type: row.type, series: row.name }), row.count]));
}

/** One trace: what happened, in order, and why it took as long as it did. */
export const tracePage = definePage<TraceFacts>({
  path: '/traces/:traceId',
  menu: 'traces',
  live: false,
  parent: { path: '/traces', label: 'Traces' },
  fetch({ telemetry, params, query, range }) {
    const trace = telemetry.trace((params['traceId'] ?? '').slice(0, 64).toLowerCase());
    if (!isDetail(trace)) return { trace, repeated: [], selected: undefined, spread: undefined, counts: {} };
    const node = selection(trace, spanTree(trace.spans), query['span']);
    const spread =
      node === undefined
        ? undefined
        : telemetry.heatMap(node.span.type, range, { series: node.span.series, maxColumns: 30 });
    return {
      trace,
      repeated: repeatedStatements(trace.spans),
      selected: node?.span.spanId,
      spread,
      counts: countsOf(telemetry, trace),
    };
  },
  title: ({ trace }) => (isDetail(trace) ? trace.name : trace.traceId.slice(0, 32) || 'no trace named'),
  status({ trace }) {
    if (isDetail(trace) || trace.reason === 'running') return 200;
    return trace.reason === 'evicted' ? 410 : 404;
  },
  sentence: ({ trace, repeated, counts }, { links, now }) =>
    isDetail(trace)
      ? traceSentence(trace, spanTree(trace.spans), repeated, links, (span) => counts[keyOf(span)] ?? 0)
      : missingTraceSentence(trace, links, now),
  draw({ trace, repeated, selected, spread, counts }, view) {
    if (!isDetail(trace)) return html`<p class="meta"><code>${trace.traceId}</code></p>`;
    const nodes = spanTree(trace.spans);
    const unfolded =
      view.query['unfold'] === '1' || repeated.some((run) => run.spanIds.slice(1).includes(selected ?? ''));
    const node = nodes.find((each) => each.span.spanId === selected);
    const hrefOf = (spanId: string): string =>
      view.links.to(`/traces/${trace.traceId}`, { span: spanId, unfold: unfolded ? '1' : undefined });
    return html`${metaLine(trace, view)}
      <div class="grid trace">
        ${panel({
          className: 'waterfall-panel',
          title: 'Waterfall',
          note: html`outlined: critical path · solid: its own
          time${repeated.length > 0 && html` · <a href="${view.links.to(`/traces/${trace.traceId}`, { span: selected, unfold: unfolded ? undefined : '1' })}">${unfolded ? 'fold' : 'unfold'} repeated statements</a>`}`,
          body: waterfall(waterfallRows(nodes, repeated, unfolded), {
            startMillis: trace.startMillis,
            durationMillis: trace.durationMillis,
            selected,
            hrefOf,
          }),
        })}
        ${node !== undefined && spanPanel(node, trace, spread, counts[keyOf(node.span)] ?? 0, view)}
      </div>`;
  },
});

function metaLine(trace: TraceDetail, view: PageView): Html {
  const whole = trace.truncated
    ? badge('truncated', 'slow')
    : trace.droppedSpans > 0
      ? badge(`${countText(trace.droppedSpans)} spans not kept`, 'quiet')
      : html`complete`;
  const { links, jaegerUiUrl, csrfToken } = view;
  return html`<div class="meta">
    <span class="reason">kept: ${reasonBadge(trace.keepReason)}</span>
    ${moment(trace.startMillis, view.now, true)}
    <span>${plural(trace.spanCount, 'span')}</span>
    <code class="id">${trace.traceId}</code>
    <span>${whole}</span>
    ${trace.remoteParent && html`<span>continues a trace of another process</span>`}
    ${trace.outcome === 'aborted' && badge('aborted by the client', 'slow')}
    <a href="${links.to('/traces', { type: trace.type, series: trace.series })}">more like it</a>
    ${trace.exported && jaegerUiUrl !== undefined && html`<a href="${jaegerUiUrl}/trace/${trace.traceId}" rel="noreferrer">open in Jaeger</a>`}
    <form method="post" action="${links.base}/traces/${trace.traceId}/${trace.pinned ? 'unpin' : 'pin'}">
      ${csrfToken !== undefined && html`<input type="hidden" name="_csrf" value="${csrfToken}" />`}<button
        class="quiet-button"
        type="submit"
      >
        ${trace.pinned ? 'Unpin' : 'Pin'}
      </button>
    </form>
  </div>`;
}
