import {
  KEEP_REASONS,
  OPERATION_TYPES,
  type AttributeMap,
  type OperationType,
  type SpanRow,
} from '../../../otel/query.ts';
import { currentAttributeName } from '../../../otel/kit.ts';
import { OWN } from './otlp-json.ts';

const MAX_SERIES = 300;

type Unclassified = Omit<SpanRow, 'type' | 'series' | 'keepReason' | 'keptBy' | 'percentile' | 'attributes'>;

/** Adds type, series and keep reason to an imported span: from our attributes if we exported it, else by the conventions. */
export function classified(span: Unclassified, all: AttributeMap): SpanRow {
  const own = (key: string) => all[OWN + key];
  const attributes = Object.fromEntries(
    Object.entries(all)
      .filter(([key]) => !OWN_KEYS.has(key))
      .map(([key, value]) => [currentAttributeName(key), value]),
  );
  const type = OPERATION_TYPES.find((each) => each === own('type')) ?? typeOf(span, attributes);
  const percentile = own('percentile');
  const series = own('series');
  const keptBy = own('kept_by');
  return {
    ...span,
    attributes,
    type,
    series: typeof series === 'string' ? series : seriesOf(type, span, attributes).slice(0, MAX_SERIES),
    keepReason: KEEP_REASONS.find((each) => each === own('keep_reason')) ?? 'imported',
    keptBy: typeof keptBy === 'string' ? keptBy.slice(0, MAX_SERIES) : undefined,
    percentile: typeof percentile === 'number' && percentile >= 0 && percentile <= 1 ? percentile : undefined,
  };
}

const OWN_KEYS = new Set(
  ['type', 'series', 'keep_reason', 'kept_by', 'percentile', 'order'].map((key) => OWN + key),
);

function typeOf({ kind }: Unclassified, attributes: AttributeMap): OperationType {
  const has = (...keys: string[]): boolean => keys.some((key) => attributes[key] !== undefined);
  if (kind === 'server' && has('http.request.method', 'http.method')) return 'http';
  if (kind === 'client' && has('db.system.name', 'db.system')) return 'database';
  return has('render.template') ? 'render' : 'other';
}

function seriesOf(type: OperationType, span: Unclassified, attributes: AttributeMap): string {
  const named = (...keys: string[]): string | undefined => {
    const key = keys.find((each) => attributes[each] !== undefined);
    return key === undefined ? undefined : String(attributes[key]);
  };
  if (type === 'http') {
    const route = named('http.route');
    return route === undefined ? span.name : `${named('http.request.method', 'http.method')} ${route}`;
  }
  if (type === 'database') return named('db.query.summary', 'db.operation.name') ?? span.name;
  if (type === 'render') return named('render.template') ?? span.name;
  return span.scope === '' ? span.name : `${span.scope}: ${span.name}`;
}
