import type { MetricsDocument } from '../../src/observatory/facts/metrics-document.ts';
import type { BlogProcess } from './blog-process.ts';
import type { ArrivedSpan } from './otlp-arrivals.ts';

const idOf = ({ traceId, spanId }: Pick<ArrivedSpan, 'traceId' | 'spanId'>): string => traceId + spanId;

/** What is wrong with what a receiver has, whatever was sent. `callers` are span ids of parents elsewhere. */
export function faultsOf(spans: readonly ArrivedSpan[], callers: ReadonlySet<string> = new Set()) {
  const ids = new Set(spans.map(idOf));
  return {
    duplicates: spans.length - ids.size,
    orphans: spans.filter(
      ({ traceId, parentSpanId }) =>
        parentSpanId !== '' && !callers.has(parentSpanId) && !ids.has(traceId + parentSpanId),
    ).length,
  };
}

export const NO_FAULTS = { duplicates: 0, orphans: 0 };

export function tracesOf(spans: readonly ArrivedSpan[]): ReadonlySet<string> {
  return new Set(spans.map(({ traceId }) => traceId));
}

/** The blog's own book of spans: each kept one is sent, lost for a reason, or waits. */
export async function bookOf(blog: BlogProcess) {
  const { spans, export: exported } = await blog.metrics<MetricsDocument>();
  const { sent, failed, dropped, queued } = exported;
  return {
    kept: Object.values(spans.kept).reduce((sum, count) => sum + count, 0),
    sent,
    failed,
    dropped,
    queued,
  };
}

/** Each answer's trace id: requests are numbered by it in the answer's header. */
export async function visit(
  blog: BlogProcess,
  paths: readonly string[],
  headers: () => Readonly<Record<string, string>> = () => ({}),
): Promise<string[]> {
  const ids: string[] = [];
  for (const path of paths) {
    const answer = await blog.ask(path, { headers: headers() });
    ids.push(String(answer.headers['x-request-id']));
  }
  return ids;
}
