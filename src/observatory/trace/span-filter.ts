import { OPERATION_TYPES, type LogLine, type OperationType } from '../../../otel/query.ts';
import type { SpanNode } from './span-tree.ts';

const MAX_TEXT = 200;

/** The filter of spans by the address: `q`, `type`, `only=errors`. */
export interface SpanFilter {
  readonly text: string | undefined;
  readonly type: OperationType | undefined;
  readonly errors: boolean;
}

/** Ignores unknown values; undefined without a filter. */
export function readSpanFilter(query: Readonly<Record<string, string | undefined>>): SpanFilter | undefined {
  const text = (query['q'] ?? '').trim().slice(0, MAX_TEXT).toLowerCase() || undefined;
  const type = OPERATION_TYPES.find((each) => each === query['type']);
  const errors = query['only'] === 'errors';
  return text === undefined && type === undefined && !errors ? undefined : { text, type, errors };
}

/** Matches a span by name, series, message, attributes, events and log lines. */
export function spanMatches(
  { text, type, errors }: SpanFilter,
  { span }: SpanNode,
  logs: readonly LogLine[],
): boolean {
  if (type !== undefined && span.type !== type) return false;
  if (
    errors &&
    span.status !== 'error' &&
    !logs.some((log) => log.level === 'error' || log.level === 'fatal')
  )
    return false;
  if (text === undefined) return true;
  const holds = (value: unknown): boolean =>
    String(value ?? '')
      .toLowerCase()
      .includes(text);
  const inMap = (attributes: Readonly<Record<string, unknown>>): boolean =>
    Object.entries(attributes).some(([key, value]) => holds(key) || holds(value));
  return (
    holds(span.name) ||
    holds(span.series) ||
    holds(span.spanId) ||
    holds(span.statusMessage) ||
    inMap(span.attributes) ||
    span.events.some((event) => holds(event.name) || inMap(event.attributes)) ||
    logs.some((log) => holds(log.message) || inMap(log.attributes))
  );
}
