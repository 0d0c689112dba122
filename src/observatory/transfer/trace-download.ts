import type { TraceDetail } from '../../../otel/query.ts';
import type { Download } from '../page.ts';
import { harOf } from './har.ts';
import { otlpJson } from './otlp-json.ts';

/** `trace-5f0c27b1`. */
export function traceFileName({ traceId }: Pick<TraceDetail, 'traceId'>): string {
  return `trace-${traceId.slice(0, 8).replaceAll(/[^0-9a-z]/g, '')}`;
}

/** A trace as a file: `otlp`, or `har` if it has a request. Incoming requests are shown below `basePath`, at `origin`. */
export function traceDownload(
  format: string,
  trace: TraceDetail,
  basePath = '',
  origin?: string,
): Download | undefined {
  const file = (name: string, value: object): Download => ({
    fileName: `${traceFileName(trace)}.${name}`,
    contentType: 'application/json; charset=utf-8',
    body: `${JSON.stringify(value, null, 2)}\n`,
  });
  if (format === 'otlp') return file('otlp.json', otlpJson(trace));
  const har = format === 'har' ? harOf(trace, basePath, origin) : undefined;
  return har && file('har', har);
}
