import type { Attributes } from '@opentelemetry/api';
import type { MetricPoint } from '../aggregate/named-series.ts';
import type { RedAggregator } from '../aggregate/red-aggregator.ts';
import { OVERFLOW_SERIES } from '../aggregate/series-book.ts';
import { OTHER_STATUS } from '../aggregate/status-counts.ts';
import type { Exemplar } from '../base/exemplar.ts';
import { OPERATION_TYPES, type OperationType } from '../base/operation-types.ts';
import {
  ATTR_DB_QUERY_SUMMARY,
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_OPERATION_NAME,
  ATTR_RENDER_TEMPLATE,
} from '../base/semconv.ts';
import { NO_STATUS, UNKNOWN_PATHS } from '../spans/operation-type.ts';
import type { MetricDataBuilder } from './metric-data.ts';

interface RedMetric {
  readonly name: string;
  readonly description: string;
  /** Attributes derived from the series name. */
  readonly attributes: (series: string) => Attributes;
}

const RED_METRICS: Readonly<Record<OperationType, RedMetric>> = {
  http: {
    name: 'http.server.request.duration',
    description: 'Duration of HTTP server requests.',
    attributes: routeAttributes,
  },
  database: {
    name: 'db.client.operation.duration',
    description: 'Duration of database client operations.',
    attributes: (series) => ({ [ATTR_DB_QUERY_SUMMARY]: series }),
  },
  render: {
    name: 'render.duration',
    description: 'Duration of drawing a page.',
    attributes: (series) => ({ [ATTR_RENDER_TEMPLATE]: series }),
  },
  other: {
    name: 'other.operation.duration',
    description: 'Duration of all other spans.',
    attributes: (series) => ({ [ATTR_OPERATION_NAME]: series }),
  },
};

/** Exemplars of a point, if there are any. */
export type ExemplarsOfPoint = (type: OperationType, point: MetricPoint) => readonly Exemplar[];

/** The metric that counts the operations of a type. */
export function metricOf(type: OperationType): string {
  return RED_METRICS[type].name;
}

/**
 * Durations of 100 % of operations as exponential histograms, read from the aggregates: nothing is recorded twice. By the conventions, failures are
 * points with `error.type`.
 */
export function addRedMetrics(
  to: MetricDataBuilder,
  aggregates: Pick<RedAggregator, 'metricPoints'>,
  exemplarsOf: ExemplarsOfPoint = () => [],
): void {
  for (const type of OPERATION_TYPES) {
    const { name, description, attributes } = RED_METRICS[type];
    const points = aggregates.metricPoints(type).map((point) => ({
      durations: point.durations,
      attributes: { ...attributesOf(point, attributes), ...endAttributes(point) },
      exemplars: exemplarsOf(type, point),
    }));
    to.durations(name, description, points);
  }
}

function attributesOf({ name, labels }: MetricPoint, of: RedMetric['attributes']): Attributes {
  return name === OVERFLOW_SERIES ? { 'otel.metric.overflow': true } : { ...of(name), ...labels };
}

function endAttributes({ status = NO_STATUS, errorType }: MetricPoint): Attributes {
  return {
    ...(status === NO_STATUS || status === OTHER_STATUS ? {} : { [ATTR_HTTP_RESPONSE_STATUS_CODE]: status }),
    ...(errorType === undefined ? {} : { [ATTR_ERROR_TYPE]: errorType }),
  };
}

/** `GET /:slug` is a method and a route; requests without a matching route have none, and their labels hold the method. */
function routeAttributes(series: string): Attributes {
  if (series === UNKNOWN_PATHS) return {};
  const space = series.indexOf(' ');
  return { [ATTR_HTTP_REQUEST_METHOD]: series.slice(0, space), [ATTR_HTTP_ROUTE]: series.slice(space + 1) };
}
