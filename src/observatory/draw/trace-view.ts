import type { TraceDetail } from '../../../otel/query.ts';
import { html, type Html, type HtmlValue } from '../../markup/html.ts';
import { drawFlameGraph, flameTable } from '../charts/flame-graph.ts';
import { panel } from '../charts/frame.ts';
import { waitHatch } from '../charts/wait-hatch.ts';
import { waterfall } from '../charts/waterfall.ts';
import { countText, duration, text } from '../../markup/quantity.ts';
import type { PageView } from '../page.ts';
import { TYPE_WORDS, TYPES } from '../format/type-words.ts';
import { flameGraph } from '../trace/flame-frames.ts';
import { closedIds, readClosed, turned, type ClosedSpans } from '../trace/closed-spans.ts';
import { readWindow, windowAround } from '../trace/shown-window.ts';
import { readSpanFilter, spanMatches } from '../trace/span-filter.ts';
import { spanTree, type SpanNode } from '../trace/span-tree.ts';
import { kindOf } from '../trace/begun-series.ts';
import { isDetail, type TraceFacts } from '../trace/trace-facts.ts';
import { waterfallRows, type WaterfallRow } from '../trace/waterfall-rows.ts';
import { plural } from '../sentences/sentence.ts';
import { logsOfTrace } from './log-links.ts';
import { logLength, traceLog } from './trace-log.ts';
import { hiddenFields } from './page-frame.ts';
import { spanPanel } from './span-panel.ts';
import { tracePaths } from './trace-shares.ts';
import { metaLine, traceButtons } from './trace-head.ts';

const KEPT = ['view', 'span', 'unfold', 'collapsed', 'levels', 'zoom', 'q', 'type', 'only', 'line'] as const;
/** Beyond this depth, only “all” is offered. */
const MAX_LEVELS = 4;
type Change = Partial<Record<(typeof KEPT)[number], string | number | undefined>>;

/** Returns the address of this page with changed parameters. */
function addressOf({ links, path, query }: PageView): (change: Change) => string {
  const kept = Object.fromEntries(KEPT.map((key) => [key, query[key]]));
  return (change) => links.to(path, { ...kept, ...change });
}

export function traceActions(facts: TraceFacts, view: PageView): Html {
  return isDetail(facts.trace) ? traceButtons(facts, facts.trace, view) : html``;
}

/** The page of a trace: facts, waterfall, selected span, critical path. */
export function drawTrace(facts: TraceFacts, trace: TraceDetail, view: PageView): Html {
  const nodes = spanTree(trace.spans);
  const to = addressOf(view);
  const node = nodes.find((each) => each.span.spanId === facts.selected);
  return html`${metaLine(facts, trace, view)}${nodes.some(({ waits }) => waits.length > 0) && waitHatch()}
    <div class="grid trace">
      <div class="trace-main">
        ${picture(facts, trace, view)}
        ${nodes.length > 1 && tracePaths(nodes, trace, (span) => to({ span, view: undefined, line: undefined }))}
      </div>
      <div id="span-panel" class="trace-side">
        ${
          node !== undefined &&
          spanPanel(node, trace, view, {
            spread: facts.spread,
            among: facts.counts[kindOf(node.span)] ?? 0,
            thresholdsSeconds: facts.thresholdsSeconds,
            imported: facts.importedMillis !== undefined,
            run: facts.repeated.find(({ spanIds }) => spanIds.includes(node.span.spanId)),
            zoomHref:
              node.span.durationMillis < trace.durationMillis / 2
                ? to({ view: undefined, zoom: windowAround(node.span, trace) })
                : undefined,
          })
        }
      </div>
    </div>`;
}

function picture(facts: TraceFacts, trace: TraceDetail, view: PageView): Html {
  if (view.query['view'] === 'flame') return flamePanel(facts, trace, view);
  return view.query['view'] === 'log' ? logPanel(facts, trace, view) : waterfallPanel(facts, trace, view);
}

function viewSwitch(trace: TraceDetail, view: PageView): Html {
  const to = addressOf(view);
  const log = logLength(trace);
  const link = (name: string | undefined, words: HtmlValue): Html =>
    html`<a
      href="${to({ view: name })}"
      ${(view.query['view'] || undefined) === name && html` aria-current="true"`}
      >${words}</a
    >`;
  return html`<span class="switch">
    ${link(undefined, 'Waterfall')}${link('flame', 'Flame graph')}${(log > 0 || !trace.logsKnown) && link('log', html`${log > trace.logs.length ? 'Log and events' : 'Log'} <span class="unit">${trace.logsKnown ? countText(log) : html`${countText(log)}, lines unknown`}</span>`)}
  </span>`;
}

function flamePanel({ selected }: TraceFacts, trace: TraceDetail, view: PageView): Html {
  const to = addressOf(view);
  const graph = flameGraph(spanTree(trace.spans));
  return panel({
    className: 'waterfall-panel',
    title: viewSwitch(trace, view),
    note: `width: self time plus callees, ${text(duration(graph.totalMillis))} in total; equal frames are merged`,
    body: drawFlameGraph(graph, { selected, hrefOf: ({ spanId }) => to({ span: spanId }) }),
    table: flameTable(graph),
  });
}

function logPanel(facts: TraceFacts, trace: TraceDetail, view: PageView): Html {
  const to = addressOf(view);
  return panel({
    className: 'waterfall-panel',
    title: viewSwitch(trace, view),
    note: html`log lines and span events, by
    time${!view.readOnly && facts.importedMillis === undefined && html` · <a href="${logsOfTrace(trace, view)}">all lines of this trace</a>`}`,
    body: traceLog(trace, (span) => to({ span })),
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
  const nodes = spanTree(trace.spans);
  const closed = readClosed(query);
  const shown = readWindow(query['zoom'], trace) ?? { fromMillis: 0, toMillis: trace.durationMillis };
  const rows = waterfallRows(nodes, repeated, {
    unfolded,
    collapsed: closedIds(closed, nodes),
    logs: trace.logs,
    matches: filter && ((node, logs) => spanMatches(filter, node, logs)),
  });
  const line = Number(query['line']);
  return panel({
    className: 'waterfall-panel',
    title: viewSwitch(trace, view),
    note: html`outlined: critical path · solid: self
    time${nodes.some(({ waits }) => waits.length > 0) && ' · hatched: waited for the event loop'}${
      repeated.length > 0 &&
      filter === undefined &&
      html` ·
        <a href="${unfolded ? to({ unfold: undefined, span: undefined }) : to({ unfold: '1' })}"
          >${unfolded ? 'fold' : 'unfold'} repeated statements</a
        >`
    }${query['zoom'] && html` · <a href="${to({ zoom: undefined })}">show the whole trace</a>`}`,
    body: html`<div class="tools">
        ${filterForm(view, filter !== undefined, to)}${filter && matchSteps(rows, nodes.length, selected, to)}
        ${filter === undefined && levelSwitch(nodes, closed, to)}
      </div>
      ${waterfall(rows, {
        startMillis: trace.startMillis + shown.fromMillis,
        durationMillis: shown.toMillis - shown.fromMillis,
        whole: trace,
        selected,
        hrefOf: (span) => to({ span }),
        toggleOf: (spanId) => `${to({ collapsed: turned(closed, spanId) })}#span-${spanId}`,
        line: Number.isInteger(line) && line > 0 ? line : undefined,
        lineHref: (first) => to({ line: first }),
        zoomHref: to({ zoom: undefined }),
      })}`,
  });
}

/** The number of matches, with links to the previous and the next one. */
function matchSteps(
  rows: readonly WaterfallRow[],
  total: number,
  selected: string | undefined,
  to: (change: Change) => string,
): Html {
  const found = rows.flatMap((row) => (row.kind === 'span' && !row.passing ? [row.node.span.spanId] : []));
  const at = found.indexOf(selected ?? '');
  const step = (span: string | undefined, words: string, sign: string, key: string): Html =>
    span === undefined
      ? html`<span class="step" aria-hidden="true">${sign}</span>`
      : html`<a class="step" href="${to({ span, line: undefined })}" title="${words}" data-step="${key}"
          ><span aria-hidden="true">${sign}</span><span class="visually-hidden">${words}</span></a
        >`;
  return html`<span class="matches" role="status"
    >${at >= 0 ? `${countText(at + 1)} of ${countText(found.length)}` : countText(found.length)}
    <span class="unit">${at >= 0 ? 'found' : `of ${plural(total, 'span')}`}</span>
    ${step(at > 0 ? found[at - 1] : undefined, 'Previous match', '‹', 'N')}${step(
      at < found.length - 1 ? found[at + 1] : undefined,
      'Next match',
      '›',
      'n',
    )}</span
  >`;
}

/** Opens a number of levels; single spans can then be toggled. */
function levelSwitch(nodes: readonly SpanNode[], closed: ClosedSpans, to: (change: Change) => string): Html {
  const levels = nodes.reduce((deepest, { depth }) => Math.max(deepest, depth + 1), 0);
  if (levels < 3) return html``;
  const link = (level: number | undefined, words: HtmlValue): Html =>
    html`<a
      href="${to({ levels: level, collapsed: undefined, line: undefined })}"
      ${closed.levels === level && closed.named.size === 0 && html` aria-current="true"`}
      >${words}</a
    >`;
  return html`<span class="levels" role="group" aria-label="Levels shown"
    >levels
    ${Array.from({ length: Math.min(MAX_LEVELS, levels - 1) }, (_, index) => link(index + 1, index + 1))}${link(
      undefined,
      'all',
    )}</span
  >`;
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
    ${hiddenFields({ ...range.query, span: query['span'], zoom: query['zoom'] }, [])}
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
