import { SpanStatusCode } from '@opentelemetry/api';
import type { SpanTemplate } from '../sampling/kept-span.ts';
import type { LazyAttributes } from './live-span-source.ts';
import type { LiveSpan } from './live-span.ts';

/** The template that describes a span wholly: it went well, and nothing was added to it. */
export function wholeTemplate(
  { name, status, events, links }: LiveSpan,
  lazy: LazyAttributes | undefined,
): SpanTemplate | undefined {
  const template = lazy?.template;
  if (template === undefined || name !== template.name || status.code !== SpanStatusCode.UNSET)
    return undefined;
  return events.length === 0 && links.length === 0 ? template : undefined;
}
