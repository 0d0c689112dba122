import { csrfField } from './csrf-field.ts';
import type { SamplingFacts, SpanLinkRow, TraceDetail } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { moment } from '../format/moment.ts';
import { countText, duration, text } from '../../markup/quantity.ts';
import { readablePath } from '../format/readable-path.ts';
import type { PageView } from '../page.ts';
import { shortened } from '../format/shortened.ts';
import { plural } from '../sentences/sentence.ts';
import { spanTree } from '../trace/span-tree.ts';
import { versionTerm } from '../facts/trace-query.ts';
import type { TraceFacts } from '../trace/trace-facts.ts';
import { curlCommand } from '../transfer/curl-command.ts';
import { requestOf } from '../transfer/shown-request.ts';
import { copyButton } from './copy-button.ts';
import { badge } from './facts.ts';
import { sharePanel } from './share-panel.ts';
import { reasonBadge } from './trace-table.ts';

/** Limit of an address, in characters. */
const MAX_ADDRESS = 120;

/** Actions on a trace, beside its title. */
export function traceButtons(facts: TraceFacts, trace: TraceDetail, view: PageView): Html {
  const { importedMillis, sharedBy, madeLink } = facts;
  const { links, path, jaegerUiUrl, basePath, origin, readOnly } = view;
  const request = importedMillis === undefined ? requestOf(trace, basePath, origin) : requestOf(trace);
  const file = (format: string, words: string): Html =>
    html`<a href="${links.to(path, { format })}" download title="Download as ${words}">${words}</a>`;
  return html`<div class="actions">
    ${!readOnly && (importedMillis === undefined ? pinForm(trace, view) : removeForm(trace, view))}
    ${sharedBy !== undefined && sharePanel({ sharedBy, madeLink }, trace.traceId, view)}
    ${request !== undefined && curlPanel(request)}
    <span class="button files"
      >${file('otlp', 'OTLP')}${request !== undefined && file('har', 'HAR')}${file('csv', 'CSV')}</span
    >
    ${trace.exported && jaegerUiUrl !== undefined && html`<a class="button" href="${jaegerUiUrl}/trace/${trace.traceId}" rel="noreferrer">Open in Jaeger</a>`}
  </div>`;
}

function pinForm(trace: TraceDetail, view: PageView): Html {
  const action = trace.pinned ? 'unpin' : 'pin';
  return html`<form method="post" action="${view.links.base}/traces/${trace.traceId}/${action}">
    ${csrfField(view)}<button
      type="submit"
      title="${trace.pinned ? 'The trace may be evicted again when the buffer is full' : 'A pinned trace is not evicted when the buffer is full'}"
    >
      ${trace.pinned ? 'Unpin' : 'Pin'}
    </button>
  </form>`;
}

function removeForm(trace: TraceDetail, view: PageView): Html {
  return html`<form method="post" action="${view.links.base}/traces/imported/${trace.traceId}/remove">
    ${csrfField(view)}<button type="submit">Remove</button>
  </form>`;
}

function curlPanel(request: NonNullable<ReturnType<typeof requestOf>>): Html {
  const { command, leftOut } = curlCommand(request);
  return html`<details class="curl">
    <summary class="button">Copy as cURL</summary>
    <div class="curl-panel">
      <pre tabindex="0"><code id="curl-command">${command}</code></pre>
      ${copyButton('curl-command', 'the command')}
      <ul>
        ${leftOut.map((each) => html`<li>${each}</li>`)}
      </ul>
    </div>
  </details>`;
}

/** Keep reason, time, size and completeness of the trace. */
export function metaLine(facts: TraceFacts, trace: TraceDetail, view: PageView): Html {
  const { links, now } = view;
  const { importedMillis, thresholdsSeconds } = facts;
  return html`<div class="meta">
    ${asked(trace)}
    ${
      importedMillis === undefined
        ? html`<span class="reason" title="${whyKept(trace, thresholdsSeconds)}"
            >kept: ${reasonBadge(trace.keepReason)}${ruleOf(trace)}</span
          >`
        : html`<span class="reason"
            >${badge('imported', 'slow')} ${moment(importedMillis, now)}, not counted</span
          >`
    }
    ${trace.pinned && badge('pinned', 'quiet')} ${moment(trace.startMillis, now, true)}
    ${versionOf(trace, view)}
    <span
      >${plural(trace.spanCount, 'span')}${trace.logs.length > 0 && html`, ${plural(trace.logs.length, 'log line')}`}</span
    >
    <span class="whole-id"
      ><code class="id" id="trace-id">${trace.traceId}</code>${copyButton('trace-id', 'the trace id')}</span
    >
    ${wholeness(trace).map((each) => html`<span>${each}</span>`)}
    ${trace.outcome === 'aborted' && badge('aborted by the client', 'slow')}
    ${trace.outcome === 'cut' && badge('cut off by shutdown', 'slow')}
    ${trace.outcome === 'refused' && badge('incomplete request', 'slow')}
    ${importedMillis === undefined && !view.readOnly && html`<a href="${links.to('/traces', { type: trace.type, series: trace.series })}">more like it</a> <a href="${links.to('/traces/compare', { trace: trace.traceId })}">compare with a typical one</a> <a href="${links.to('/traces/compare', { trace: trace.traceId, with: 'fastest' })}">with the fastest</a>`}
  </div>`;
}

/** The owner wrote the rule, so it is shown in full, not in a tooltip. */
function ruleOf({ spans, keepReason }: TraceDetail): Html {
  const name = keptByName(spans, keepReason);
  return html`${name !== undefined && html` <code>${shortened(name, MAX_ADDRESS)}</code>`}`;
}

/** A link to all traces of it. */
function versionOf({ version }: TraceDetail, { links, readOnly }: PageView): Html {
  if (version === undefined) return html``;
  if (readOnly) return html`<span>version ${shortened(version, MAX_ADDRESS)}</span>`;
  return html`<a href="${links.to('/traces', { q: versionTerm(version) })}"
    >version ${shortened(version, MAX_ADDRESS)}</a
  >`;
}

/** The requested address and its status, as a route stands for many addresses. */
function asked(trace: TraceDetail): Html {
  const request = requestOf(trace);
  if (request === undefined) return html``;
  const { pathname, search } = new URL(request.url);
  const code = trace.httpStatusCode;
  return html`<span class="asked"
    ><code>${shortened(`${readablePath(pathname)}${search}`, MAX_ADDRESS)}</code>${
      code !== undefined && html` <span class="${code >= 500 ? 'tone-failed' : ''}">${code}</span>`
    }</span
  >`;
}

/** `complete`, or what is missing. */
function wholeness(trace: TraceDetail): readonly Html[] {
  const nodes = spanTree(trace.spans);
  const first = nodes[0]?.span;
  const lost = nodes.filter(
    ({ depth, span }) => depth === 0 && span !== first && span.parentSpanId !== undefined,
  );
  const marks = [
    trace.truncated && badge('truncated', 'slow'),
    trace.droppedSpans > 0 &&
      badge(
        `${countText(trace.droppedSpans)} ${trace.droppedSpans === 1 ? 'span' : 'spans'} not kept`,
        'quiet',
      ),
    lost.length > 0 && badge(`${countText(lost.length)} without their parent`, 'quiet'),
  ].filter((mark) => mark !== false);
  return [
    ...(marks.length === 0 ? [html`complete`] : [badge('incomplete', 'slow'), ...marks]),
    ...(trace.remoteParent ? [html`continues a trace of another process`] : []),
    ...(first?.kind === 'server' && first.parentSpanId === undefined
      ? first.links.slice(0, 1).map(clientTrace)
      : []),
  ];
}

/** The trace that its client wanted it to be in; see METRICS_TRUSTED_CONTEXT. */
function clientTrace({ traceId }: SpanLinkRow): Html {
  return html`linked to its client’s trace <code class="id">${traceId}</code>`;
}

/** The rule or policy of the first span kept for this reason. */
function keptByName(spans: TraceDetail['spans'], reason: TraceDetail['keepReason']): string | undefined {
  return spans.find((span) => span.keepReason === reason)?.keptBy;
}

/** Explains the keep reason. */
export function whyKept(
  { keepReason, type, spans }: Pick<TraceDetail, 'keepReason' | 'type' | 'spans'>,
  thresholds: SamplingFacts['thresholdsSeconds'] | undefined,
): string {
  const name = keptByName(spans, keepReason);
  switch (keepReason) {
    case 'error':
      return 'Something in it failed; failures are always kept.';
    case 'slow': {
      const seconds = type === 'other' ? undefined : thresholds?.[type];
      return seconds === undefined
        ? 'Something in it was slow; slow operations are always kept.'
        : `Something in it was slow; here that is ${text(duration(seconds * 1000))} or more.`;
    }
    case 'probability':
      return 'The sampling rate selected its trace ID.';
    case 'late':
      return 'It ended after its trace was decided.';
    case 'ancestor':
      return 'An operation that it called is kept.';
    case 'trace':
      return 'Another operation of its trace failed or was slow.';
    case 'rule':
      return `A sampling rule keeps it${name === undefined ? '' : `: ${name}`}.`;
    case 'policy':
      return `A sampling policy of this app keeps it${name === undefined ? '' : `: ${name}`}.`;
    case 'target':
      return 'It was selected to reach the target of its kind.';
    case 'imported':
      return 'It comes from a file.';
  }
}
