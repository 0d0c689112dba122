import { OPERATION_TYPES, type SeriesSummary, type SpanRow, type TelemetryQuery } from './query.ts';

const MAX_SERIES = 20;
const MAX_TRACES = 10;
const MAX_SPANS = 200;
const MAX_INDENT = 40;

type PageFacts = Pick<TelemetryQuery, 'series' | 'traces' | 'trace'>;

/**
 * One HTML page: counts by route, statement and template, and the newest traces with their spans. No script and no style sheet of another origin.
 * It shows paths and statements, so an app must restrict who can open it.
 */
export function telemetryPage(query: PageFacts): string {
  const traces = query.traces({ limit: MAX_TRACES }).rows.map(({ traceId }) => traceOf(query, traceId));
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Telemetry</title>
<style>body{font:1rem system-ui;margin:2rem}td,th{padding:0 1rem 0 0;text-align:left}.failed{color:#b00}</style>
<h1>Telemetry</h1>
<table><tr><th>operation</th><th>count</th><th>failed</th><th>p50, ms</th><th>p99, ms</th></tr>
${OPERATION_TYPES.flatMap((type) => query.series(type).slice(0, MAX_SERIES).map(seriesRow)).join('\n')}
</table>
<h2>Newest traces</h2>
${traces.join('\n')}
</html>`;
}

function seriesRow({ name, count, errors, durationMillis }: SeriesSummary): string {
  const cells = [escaped(name), count, errors, millis(durationMillis.p50), millis(durationMillis.p99)];
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

function traceOf(query: PageFacts, traceId: string): string {
  const trace = query.trace(traceId);
  if (!('spans' in trace)) return '';
  const ids = new Set(trace.spans.map(({ spanId }) => spanId));
  const children = Map.groupBy(trace.spans, ({ parentSpanId = '' }) =>
    ids.has(parentSpanId) ? parentSpanId : '',
  );
  const lines: string[] = [];
  // An explicit stack, because a trace may be deeper than the call stack.
  const open = linesBelow('', 1);
  for (let next = open.pop(); next !== undefined && lines.length < MAX_SPANS; next = open.pop()) {
    lines.push(spanLine(next.span, next.depth));
    open.push(...linesBelow(next.span.spanId, next.depth + 1));
  }
  const hidden = trace.spans.length - lines.length;
  if (hidden > 0) lines.push(`  … ${hidden} more`);
  return `<pre id="${escaped(traceId)}">${escaped(traceId)}\n${lines.join('\n')}</pre>`;

  /** Last first. A span that is its own ancestor is below nothing. */
  function linesBelow(spanId: string, depth: number): { span: SpanRow; depth: number }[] {
    return (children.get(spanId) ?? []).map((span) => ({ span, depth })).toReversed();
  }
}

function spanLine({ name, durationMillis, status }: SpanRow, depth: number): string {
  const line = `${'  '.repeat(Math.min(depth, MAX_INDENT))}${escaped(name)}  ${millis(durationMillis)} ms`;
  return status === 'error' ? `<span class="failed">${line}  failed</span>` : line;
}

function millis(value: number): string {
  return value.toFixed(value < 10 ? 2 : 0);
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character]!);
}
