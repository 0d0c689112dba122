import type {
  AttributeMap,
  AttributeValue,
  HeatMap,
  SamplingFacts,
  SpanEventRow,
  SpanRow,
  TraceDetail,
} from '../../../otel/query.ts';
import { html, type Html, type HtmlValue } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { histogram } from '../charts/histogram.ts';
import { countText, duration, figure, share, size, text } from '../../markup/quantity.ts';
import type { PageView } from '../page.ts';
import { plural } from '../sentences/sentence.ts';
import { ENOUGH_TO_COMPARE } from '../sentences/standing-words.ts';
import { partOf } from '../trace/part-of.ts';
import type { SpanNode } from '../trace/span-tree.ts';
import { shortened } from '../format/shortened.ts';
import { shownName } from '../format/shown-name.ts';
import { sqlLines } from '../format/sql-lines.ts';
import type { RepeatedStatement } from '../trace/repeated-statements.ts';
import { copyButton } from './copy-button.ts';
import { badge, breakable, factList, inWords } from './facts.ts';
import { drawSpanLinks } from './span-links.ts';
import { drawStack } from './stack.ts';
import { reasonBadge } from './trace-table.ts';

/** The heat map of the span's series. */
export interface SpanContext {
  readonly spread: HeatMap | undefined;
  /** How many operations of its series were counted. */
  readonly among: number;
  readonly thresholdsSeconds: SamplingFacts['thresholdsSeconds'] | undefined;
  /** True for a span from a file, whose routes and statements are not of this process. */
  readonly imported: boolean;
  /** The repeated statement that it belongs to. */
  readonly run: RepeatedStatement | undefined;
  /** Link that zooms the waterfall to this span; undefined if that changes nothing. */
  readonly zoomHref: string | undefined;
}

/** The panel of one span, beside the waterfall. */
export function spanPanel(
  { span, selfMillis, criticalMillis, waitedMillis }: SpanNode,
  trace: TraceDetail,
  view: PageView,
  { spread, among, thresholdsSeconds, imported, run, zoomHref }: SpanContext,
): Html {
  const leadsOn = !imported && !view.readOnly;
  const query = span.attributes['db.query.text'];
  const rows = span.attributes['db.response.returned_rows'] ?? span.attributes['operation.changed_rows'];
  const exceptions = span.events.filter((event) => event.name === 'exception');
  const logs = trace.logs.filter((log) => log.spanId === span.spanId);
  const rests = span.events.length - exceptions.length;
  return panel({
    className: 'span-panel',
    title: html`<span class="swatch type-${span.type}"></span
      ><bdi>${shortened(shownName(span), MAX_NAME)}</bdi>`,
    note: span.kind,
    body: html`${span.status === 'error' && html`<p class="failed-line">${badge('failed', 'failed')} <bdi>${span.statusMessage ?? ''}</bdi></p>`}
      ${factList([
        ['duration', figure(duration(span.durationMillis))],
        ['self time', figure(duration(selfMillis))],
        ...(waitedMillis > 0
          ? ([['waited for the event loop', figure(duration(waitedMillis))]] as const)
          : []),
        ['compared to its kind', standing(span, among, imported)],
        ['share of the trace', figure(share(partOf(span.durationMillis, trace.durationMillis)))],
        [
          'on the critical path',
          criticalMillis > 0 ? figure(share(partOf(criticalMillis, trace.durationMillis))) : 'no',
        ],
        ['starts after', figure(duration(Math.max(0, span.startMillis - trace.startMillis)))],
        ...(typeof rows === 'number' ? ([['rows', countText(rows)]] as const) : []),
        ...(run === undefined
          ? []
          : ([
              [
                'repeated',
                html`${countText(run.spanIds.indexOf(span.spanId) + 1)} of ${countText(run.count)} in a row,
                ${figure(duration(run.totalMillis))} together`,
              ],
            ] as const)),
        ['kept', html`${reasonBadge(span.keepReason)}${threshold(span, thresholdsSeconds)}`],
      ])}
      ${spread !== undefined && among >= ENOUGH_TO_COMPARE && histogram(span.type, spread, [{ millis: span.durationMillis, label: 'this span' }], 84)}
      ${typeof query === 'string' && html`<pre class="sql" tabindex="0"><code>${sqlLines(query)}</code></pre>`}
      ${exceptions.slice(0, MAX_EXCEPTIONS).map(exception)}
      ${(leadsOn || zoomHref !== undefined) && html`<p class="links">${leadsOn && seriesLinks(span, view)} ${zoomHref !== undefined && html`<a href="${zoomHref}">Zoom the waterfall to this span</a>`}</p>`}
      <h3>Attributes</h3>
      ${factList(attributeRows(span, view, imported))}
      ${
        rests > 0 &&
        html`<h3>${plural(rests, 'event')}</h3>
          ${factList(
            span.events
              .filter((event) => event.name !== 'exception')
              .slice(0, MAX_LINES)
              .map((event) => [
                figure(duration(Math.max(0, event.timeMillis - span.startMillis))),
                html`<bdi>${event.name}</bdi> ${inWords(event.attributes)}`,
              ]),
          )}`
      }
      ${drawSpanLinks(span.links, view.links, imported)}
      ${
        logs.length > 0 &&
        html`<h3>${plural(logs.length, 'log line')}</h3>
          ${factList(logs.slice(-MAX_LINES).map((log) => [html`${figure(duration(Math.max(0, log.timeMillis - span.startMillis)))} ${log.level}`, html`<bdi>${log.message}</bdi> ${inWords(exceptions.length === 0 ? log.attributes : withoutStack(log.attributes))}`]))}`
      }`,
  });
}

/** Limit of the name in the heading, in characters; the row of the waterfall has it in full. */
const MAX_NAME = 200;
const MAX_EXCEPTIONS = 5;
const MAX_LINES = 50;

/** The stack is shown once, separately. */
function withoutStack({ 'exception.stacktrace': _stack, ...rest }: AttributeMap): AttributeMap {
  return rest;
}

/** The threshold or the rule behind the keep reason. */
function threshold(
  { keepReason, keptBy, type }: SpanRow,
  thresholds: SpanContext['thresholdsSeconds'],
): Html {
  if (keptBy !== undefined) return html` <code>${keptBy}</code>`;
  const seconds = keepReason === 'slow' && type !== 'other' ? thresholds?.[type] : undefined;
  return html`${seconds !== undefined && html` <span class="unit">≥ ${text(duration(seconds * 1000))}</span>`}`;
}

const ALL: Readonly<Record<SpanRow['type'], string>> = {
  http: 'All requests of this route',
  database: 'All runs, and the routes that issue it',
  render: 'Traces with this rendering',
  other: 'Traces with this operation',
};

function seriesLinks({ type, series }: SpanRow, { links }: PageView): Html {
  const page = links.series(type, series);
  return html`${type === 'database' && html`<a href="${links.to('/statement', { name: series, explain: 1 })}">Explain query plan</a>`}
    <a href="${page}">${ALL[type]}</a>
    ${(type === 'database' || type === 'http') && html`<a href="${links.to('/traces', { type, series, sort: 'slowest' })}">Its slowest traces</a>`}`;
}

function standing({ percentile }: SpanRow, among: number, imported: boolean): HtmlValue {
  if (imported)
    return percentile === undefined
      ? 'not known here'
      : html`slower than ${text(share(percentile))} <span class="unit">where it ran</span>`;
  if (percentile === undefined || !Number.isFinite(percentile)) return 'no longer known';
  if (among < ENOUGH_TO_COMPARE) return among <= 1 ? 'the only one' : `one of ${countText(among)}`;
  return html`slower than ${percentile > 0.999 ? 'nearly all' : text(share(percentile))}
    <span class="unit">of ${countText(among)}</span>`;
}

/** Attributes shown elsewhere on the panel. */
const SHOWN = new Set(['db.query.text']);

function attributeRows(
  span: SpanRow,
  view: PageView,
  imported: boolean,
): readonly (readonly [HtmlValue, HtmlValue])[] {
  const rows: (readonly [HtmlValue, HtmlValue])[] = Object.entries(span.attributes)
    .filter(([key, value]) => value !== undefined && !SHOWN.has(key))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([key, value]) =>
        [
          html`<code>${breakable(key)}</code>`,
          attributeValue(key, value!, span, imported ? undefined : view),
        ] as const,
    );
  return [
    ...rows,
    [html`<code>scope</code>`, span.scope],
    [
      html`<code>span id</code>`,
      html`<code id="span-id">${span.spanId}</code>${copyButton('span-id', 'the span id')}`,
    ],
  ];
}

function attributeValue(
  key: string,
  value: AttributeValue,
  span: SpanRow,
  view: PageView | undefined,
): HtmlValue {
  if (view !== undefined && LINKED.has(key))
    return html`<a href="${view.links.series(span.type, span.series)}"><bdi>${String(value)}</bdi></a>`;
  if (typeof value === 'number' && SIZES.test(key)) return figure(size(value));
  if (typeof value === 'number' && SECONDS.test(key)) return figure(duration(value * 1000));
  return html`<bdi>${Array.isArray(value) ? value.join(', ') : String(value)}</bdi>`;
}

/** Attributes whose unit only the conventions define. */
const SIZES = /^http\.(request|response)\.body\.size$/;
const SECONDS = /\.(duration|time_to_first_byte)$/;

/** Attributes that name the series of the span. */
const LINKED = new Set(['http.route', 'db.query.summary', 'render.template']);

function exception({ attributes }: SpanEventRow): Html {
  const type = attributes['exception.type'];
  const stack = attributes['exception.stacktrace'] ?? attributes['exception.message'] ?? '';
  return html`<h3>${String(type ?? 'exception')}</h3>
    ${drawStack(String(stack))}`;
}
