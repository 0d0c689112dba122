import type { TraceDetail } from '../../../otel/query.ts';
import { html, type Html } from '../../views/html.ts';
import { drawFlameGraph, flameTable } from '../charts/flame-graph.ts';
import { panel } from '../charts/frame.ts';
import { waterfall } from '../charts/waterfall.ts';
import { duration, text } from '../format/quantity.ts';
import { TYPE_WORDS, TYPES, type PageView } from '../page.ts';
import { flameGraph } from '../trace/flame-frames.ts';
import { readSpanFilter, spanMatches } from '../trace/span-filter.ts';
import { spanTree } from '../trace/span-tree.ts';
import { isDetail, kindOf, type TraceFacts } from '../trace/trace-facts.ts';
import { waterfallRows } from '../trace/waterfall-rows.ts';
import { hiddenFields } from './page-frame.ts';
import { spanPanel } from './span-panel.ts';
import { tracePaths } from './trace-shares.ts';
import { metaLine, traceButtons } from './trace-head.ts';

/** So many closed spans an address can name. */
const MAX_COLLAPSED = 100;
const SPAN_ID = /^[\w-]{1,64}$/;
const KEPT = ['view', 'span', 'unfold', 'collapsed', 'q', 'type', 'only', 'line'] as const;
type Change = Partial<Record<(typeof KEPT)[number], string | number | undefined>>;

/** The address of this page with a part of it changed. */
function addressOf({ links, path, query }: PageView): (change: Change) => string {
  const kept = Object.fromEntries(KEPT.map((key) => [key, query[key]]));
  return (change) => links.to(path, { ...kept, ...change });
}

export function traceActions(facts: TraceFacts, view: PageView): Html {
  return isDetail(facts.trace) ? traceButtons(facts.trace, facts.importedMillis, view) : html``;
}

/** A trace from top to bottom: what it is, its picture, the span in question, where the time went. */
export function drawTrace(facts: TraceFacts, trace: TraceDetail, view: PageView): Html {
  const nodes = spanTree(trace.spans);
  const to = addressOf(view);
  const node = nodes.find((each) => each.span.spanId === facts.selected);
  const flame = view.query['view'] === 'flame';
  return html`${metaLine(facts, trace, view)}
    <div class="grid trace">
      <div class="trace-main">
        ${flame ? flamePanel(facts, trace, view) : waterfallPanel(facts, trace, view)}
        ${tracePaths(nodes, trace, (span) => to({ span, view: undefined, line: undefined }))}
      </div>
      <div id="span-panel" class="trace-side">
        ${
          node !== undefined &&
          spanPanel(node, trace, view, {
            spread: facts.spread,
            among: facts.counts[kindOf(node.span)] ?? 0,
            thresholdsSeconds: facts.thresholdsSeconds,
            imported: facts.importedMillis !== undefined,
          })
        }
      </div>
    </div>`;
}

function viewSwitch(flame: boolean, to: (change: Change) => string): Html {
  return html`<span class="switch">
    <a href="${to({ view: undefined })}" ${!flame && html` aria-current="true"`}>Waterfall</a
    ><a href="${to({ view: 'flame' })}" ${flame && html` aria-current="true"`}>Flame graph</a>
  </span>`;
}

function flamePanel({ selected }: TraceFacts, trace: TraceDetail, view: PageView): Html {
  const to = addressOf(view);
  const graph = flameGraph([spanTree(trace.spans)]);
  return panel({
    className: 'waterfall-panel',
    title: viewSwitch(true, to),
    note: `as wide as its own time and that of what it called, ${text(duration(graph.totalMillis))} in all; alike are merged`,
    body: drawFlameGraph(graph, { selected, hrefOf: (span) => to({ span }) }),
    table: flameTable(graph),
  });
}

function waterfallPanel({ repeated, selected }: TraceFacts, trace: TraceDetail, view: PageView): Html {
  const { query } = view;
  const to = addressOf(view);
  const filter = readSpanFilter(query);
  const unfolded =
    query['unfold'] === '1' ||
    filter !== undefined ||
    repeated.some((run) => run.spanIds.slice(1).includes(selected ?? ''));
  const collapsed = new Set(
    (query['collapsed'] ?? '')
      .split(',')
      .filter((id) => SPAN_ID.test(id))
      .slice(0, MAX_COLLAPSED),
  );
  const rows = waterfallRows(spanTree(trace.spans), repeated, {
    unfolded,
    collapsed,
    logs: trace.logs,
    matches: filter && ((node, logs) => spanMatches(filter, node, logs)),
  });
  const line = Number(query['line']);
  return panel({
    className: 'waterfall-panel',
    title: viewSwitch(false, to),
    note: html`outlined: critical path · solid: its own
    time${
      repeated.length > 0 &&
      filter === undefined &&
      html` ·
        <a href="${to({ unfold: unfolded ? undefined : '1' })}"
          >${unfolded ? 'fold' : 'unfold'} repeated statements</a
        >`
    }${collapsed.size > 0 && html` · <a href="${to({ collapsed: undefined })}">expand all</a>`}`,
    body: html`${filterForm(view, filter !== undefined, to)}${waterfall(rows, {
      startMillis: trace.startMillis,
      durationMillis: trace.durationMillis,
      selected,
      hrefOf: (span) => to({ span }),
      toggleOf(spanId) {
        const next = new Set(collapsed);
        if (!next.delete(spanId)) next.add(spanId);
        return `${to({ collapsed: [...next].join(',') })}#span-${spanId}`;
      },
      line: Number.isInteger(line) && line > 0 ? line : undefined,
      lineHref: (first) => to({ line: first }),
    })}`,
  });
}

function filterForm(
  { links, path, query, range }: PageView,
  on: boolean,
  to: (change: Change) => string,
): Html {
  return html`<form
    class="span-filter"
    method="get"
    action="${links.base}${path}"
    role="search"
    aria-label="Find spans"
  >
    ${hiddenFields({ ...range.query, span: query['span'], collapsed: query['collapsed'] }, [])}
    <label
      ><span class="visually-hidden">text</span
      ><input
        type="search"
        name="q"
        value="${query['q'] ?? ''}"
        placeholder="find in names, attributes, logs"
        maxlength="200"
        autocomplete="off"
        data-find
    /></label>
    <label
      ><span class="visually-hidden">type</span
      ><select name="type">
        <option value="">all types</option>
        ${TYPES.map((type) => html`<option value="${type}" ${query['type'] === type && html` selected`}>${TYPE_WORDS[type].toLowerCase()}</option>`)}
      </select></label
    >
    <label class="check"
      ><input type="checkbox" name="only" value="errors" ${query['only'] === 'errors' && html` checked`} />
      failed only</label
    >
    <button type="submit">Find</button>
    ${on && html`<a class="quiet-link" href="${to({ q: undefined, type: undefined, only: undefined })}">clear</a>`}
  </form>`;
}
