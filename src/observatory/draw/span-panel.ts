import type { AttributeValue, HeatMap, SpanEventRow, SpanRow, TraceDetail } from '../../../otel/query.ts';
import { html, type Html, type HtmlValue } from '../../views/html.ts';
import { panel } from '../charts/frame.ts';
import { histogram } from '../charts/histogram.ts';
import { countText, duration, figure, share, size, text } from '../format/quantity.ts';
import type { PageView } from '../page.ts';
import { ENOUGH_TO_COMPARE } from '../sentences/trace-sentence.ts';
import type { SpanNode } from '../trace/span-tree.ts';
import { badge, factList } from './facts.ts';
import { reasonBadge } from './trace-table.ts';

/** Everything known of one span, beside the waterfall. */
export function spanPanel(
  { span, selfMillis, criticalMillis }: SpanNode,
  trace: TraceDetail,
  spread: HeatMap | undefined,
  /** How many of its kind were counted. */
  among: number,
  view: PageView,
): Html {
  const whole = trace.durationMillis > 0 ? trace.durationMillis : 1;
  const query = span.attributes['db.query.text'];
  const exceptions = span.events.filter((event) => event.name === 'exception');
  return panel({
    className: 'span-panel',
    title: html`<span class="swatch type-${span.type}"></span><bdi>${span.name}</bdi>`,
    note: span.kind,
    body: html`${span.status === 'error' && html`<p class="failed-line">${badge('failed', 'failed')} <bdi>${span.statusMessage ?? ''}</bdi></p>`}
      ${factList([
        ['duration', figure(duration(span.durationMillis))],
        ['its own time', figure(duration(selfMillis))],
        ['share of the trace', figure(share(Math.min(1, span.durationMillis / whole)))],
        [
          'on the critical path',
          criticalMillis > 0 ? figure(share(Math.min(1, criticalMillis / whole))) : 'no',
        ],
        ['among its kind', standing(span, among)],
        ['starts after', figure(duration(Math.max(0, span.startMillis - trace.startMillis)))],
        ['kept', reasonBadge(span.keepReason)],
      ])}
      ${spread !== undefined && histogram(span.type, spread, [{ millis: span.durationMillis, label: 'this one' }], 84)}
      ${typeof query === 'string' && html`<pre class="sql" tabindex="0"><code>${query}</code></pre>`}
      ${exceptions.map(exception)}
      <h3>Attributes</h3>
      ${factList(attributeRows(span, view))}
      <p class="links"><a href="${view.links.series(span.type, span.series)}">${ALL[span.type]}</a></p>`,
  });
}

const ALL: Readonly<Record<SpanRow['type'], string>> = {
  http: 'All requests of this route',
  database: 'All runs of this statement',
  render: 'Traces with this rendering',
  other: 'Traces with this operation',
};

function standing({ percentile }: SpanRow, among: number): HtmlValue {
  if (percentile === undefined || !Number.isFinite(percentile)) return 'not known any more';
  if (among < ENOUGH_TO_COMPARE) return among <= 1 ? 'the only one' : `one of ${countText(among)}`;
  return html`slower than ${percentile > 0.999 ? 'nearly all' : text(share(percentile))}
    <span class="unit">of ${countText(among)}</span>`;
}

/** May break after its dots, so that it does not break within a word. */
function breakable(key: string): HtmlValue {
  return key.split('.').map((part, index) => html`${index > 0 && html`.<wbr />`}${part}`);
}

/** Shown elsewhere on the panel. */
const SHOWN = new Set(['db.query.text']);

function attributeRows(span: SpanRow, view: PageView): readonly (readonly [HtmlValue, HtmlValue])[] {
  const rows: (readonly [HtmlValue, HtmlValue])[] = Object.entries(span.attributes)
    .filter(([key, value]) => value !== undefined && !SHOWN.has(key))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([key, value]) =>
        [html`<code>${breakable(key)}</code>`, attributeValue(key, value!, span, view)] as const,
    );
  return [
    ...rows,
    [html`<code>scope</code>`, span.scope],
    [html`<code>span id</code>`, html`<code>${span.spanId}</code>`],
  ];
}

function attributeValue(key: string, value: AttributeValue, span: SpanRow, { links }: PageView): HtmlValue {
  if (key === 'http.route' || key === 'db.query.summary' || key === 'render.template')
    return html`<a href="${links.series(span.type, span.series)}"><bdi>${String(value)}</bdi></a>`;
  if (key === 'http.response.body.size' && typeof value === 'number') return figure(size(value));
  return html`<bdi>${Array.isArray(value) ? value.join(', ') : String(value)}</bdi>`;
}

function exception({ attributes }: SpanEventRow): Html {
  const type = attributes['exception.type'];
  const stack = attributes['exception.stacktrace'] ?? attributes['exception.message'] ?? '';
  return html`<h3>${String(type ?? 'exception')}</h3>
    <pre class="stack" tabindex="0"><code>${String(stack)}</code></pre>`;
}
