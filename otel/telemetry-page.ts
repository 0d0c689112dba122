import type { SeriesSummary, SpanRow, TelemetryQuery } from './query.ts';

const MAX_SERIES = 20;
const MAX_TRACES = 10;

/**
 * One HTML page of what telemetry knows: counts by route, statement and page, and the newest traces with their spans. No script, no style sheet
 * of another origin. It shows paths and statements, so an app lets only its own people see it.
 */
export function telemetryPage(query: TelemetryQuery): string {
  const types = ['http', 'database', 'render', 'other'] as const;
  const traces = query.traces({ limit: MAX_TRACES }).rows.map(({ traceId }) => traceOf(query, traceId));
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Telemetry</title>
<style>body{font:1rem system-ui;margin:2rem}td,th{padding:0 1rem 0 0;text-align:left}.failed{color:#b00}</style>
<h1>Telemetry</h1>
<table><tr><th>operation</th><th>count</th><th>failed</th><th>p50, ms</th><th>p99, ms</th></tr>
${types.flatMap((type) => query.series(type).slice(0, MAX_SERIES).map(seriesRow)).join('\n')}
</table>
<h2>Newest traces</h2>
${traces.join('\n')}
</html>`;
}

function seriesRow({ name, count, errors, durationMillis }: SeriesSummary): string {
  const cells = [escaped(name), count, errors, millis(durationMillis.p50), millis(durationMillis.p99)];
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

function traceOf(query: TelemetryQuery, traceId: string): string {
  const trace = query.trace(traceId);
  if (!('spans' in trace)) return '';
  const spans = trace.spans.map((span) => spanLine(span, depthOf(span, trace.spans))).join('\n');
  return `<pre id="${escaped(traceId)}">${escaped(traceId)}\n${spans}</pre>`;
}

function spanLine({ name, durationMillis, status }: SpanRow, depth: number): string {
  const line = `${'  '.repeat(depth + 1)}${escaped(name)}  ${millis(durationMillis)} ms`;
  return status === 'error' ? `<span class="failed">${line}  failed</span>` : line;
}

function depthOf(span: SpanRow, spans: readonly SpanRow[]): number {
  let depth = 0;
  let current: SpanRow | undefined = span;
  while (current !== undefined && depth < spans.length) {
    const parentId: string | undefined = current.parentSpanId;
    current = parentId === undefined ? undefined : spans.find(({ spanId }) => spanId === parentId);
    if (current !== undefined) depth++;
  }
  return depth;
}

function millis(value: number): string {
  return value.toFixed(value < 10 ? 2 : 0);
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character]!);
}
