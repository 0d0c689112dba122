import type { Attributes } from '@opentelemetry/api';
import { millisToHrTime } from '@opentelemetry/core';
import type { MetricPoint } from '../aggregate/named-series.ts';
import type { RedAggregator } from '../aggregate/red-aggregator.ts';
import { isSamePoint, MAX_ERROR_TYPE_CHARS, type PointKey } from '../aggregate/series-points.ts';
import { bucketBounds, bucketIndex } from '../base/bucket-bounds.ts';
import type { Exemplar } from '../base/exemplar.ts';
import type { OperationType } from '../base/operation-types.ts';
import {
  ATTR_DB_NAMESPACE,
  ATTR_DB_SYSTEM_NAME,
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_URL_SCHEME,
} from '../base/semconv.ts';
import { labelsOf, NO_STATUS } from '../spans/operation-type.ts';
import type { FlatAttributes } from './attribute-copy.ts';
import { endMillisOf, type SpanRecord } from './span-record.ts';
import type { TraceRecord } from './trace-record.ts';
import type { TraceRing } from './trace-ring.ts';

/** Spans read for one collection, of each rank of traces: about a millisecond of work. */
const MAX_SPANS = 1500;
/** What tells points apart, older names included. */
const READ: ReadonlySet<unknown> = new Set([
  ATTR_ERROR_TYPE,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_URL_SCHEME,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_DB_SYSTEM_NAME,
  ATTR_DB_NAMESPACE,
  'http.method',
  'http.scheme',
  'db.system',
]);

interface Found {
  readonly span: SpanRecord;
  readonly trace: TraceRecord;
}

interface FoundPoint extends PointKey {
  /** The newest of each fixed bucket. */
  readonly byBucket: Map<number, Found>;
}

export interface TraceExemplarsOptions {
  readonly ring: Pick<TraceRing, 'newest'>;
  readonly aggregates: Pick<RedAggregator, 'exportNameOf'>;
}

/**
 * Exemplars of durations, found in the kept traces when metrics are collected: nothing is recorded or held for them, and each names a trace that is
 * in memory at this moment. Those passed on are marked, so that they are remembered longer once they are evicted (G31).
 */
export class TraceExemplars {
  readonly #ring: TraceExemplarsOptions['ring'];
  readonly #aggregates: TraceExemplarsOptions['aggregates'];

  constructor({ ring, aggregates }: TraceExemplarsOptions) {
    this.#ring = ring;
    this.#aggregates = aggregates;
  }

  /** Of operations that ended in a time. @param metricOf The metric of a type, whose buckets have one exemplar each. */
  collect(
    fromMillis: number,
    toMillis: number,
    metricOf: (type: OperationType) => string,
  ): (type: OperationType, point: MetricPoint) => readonly Exemplar[] {
    const found = new Map<string, FoundPoint[]>();
    for (const rank of ['mustKeep', 'ordinary'] as const) {
      let left = MAX_SPANS;
      for (const trace of this.#ring.newest(rank)) {
        for (const span of trace.spans) {
          const endMillis = endMillisOf(span);
          if (endMillis >= fromMillis && endMillis <= toMillis)
            this.#add(found, { span, trace }, metricOf(span.type));
        }
        left -= trace.spans.length;
        if (left <= 0) break;
      }
    }
    return (type, point) => {
      const same = found.get(keyOf(type, point.name))?.find((each) => isSamePoint(each, point));
      return same === undefined ? [] : [...same.byBucket.values()].map(exemplarOf);
    };
  }

  #add(points: Map<string, FoundPoint[]>, found: Found, metric: string): void {
    const { span } = found;
    const name = this.#aggregates.exportNameOf(span.type, span.series);
    if (name === undefined) return;
    const key = keyOf(span.type, name);
    let ofName = points.get(key);
    if (ofName === undefined) points.set(key, (ofName = []));
    const wanted = pointKeyOf(span);
    let point = ofName.find((each) => isSamePoint(each, wanted));
    if (point === undefined) ofName.push((point = { ...wanted, byBucket: new Map() }));
    const bucket = bucketIndex(bucketBounds(metric), span.durationMillis / 1e3);
    const before = point.byBucket.get(bucket);
    if (before === undefined || endMillisOf(before.span) < endMillisOf(span))
      point.byBucket.set(bucket, found);
  }
}

function keyOf(type: OperationType, name: string): string {
  return `${type} ${name}`;
}

/** The same as of the operation when it was counted. */
function pointKeyOf(span: SpanRecord): PointKey {
  const { type, status } = span;
  const attributes = read(span.attributes);
  const code = attributes[ATTR_HTTP_RESPONSE_STATUS_CODE];
  const errorType = attributes[ATTR_ERROR_TYPE];
  return {
    labels: labelsOf(type, { attributes }),
    status: type === 'http' ? (typeof code === 'number' ? code : NO_STATUS) : undefined,
    errorType:
      status !== 'error'
        ? undefined
        : typeof errorType === 'string'
          ? errorType.slice(0, MAX_ERROR_TYPE_CHARS)
          : '_OTHER',
  };
}

function read(flat: FlatAttributes): Attributes {
  const found: Record<string, string | number> = {};
  for (let at = 0; at + 1 < flat.length; at += 2) {
    const value = flat[at + 1];
    if (READ.has(flat[at]) && (typeof value === 'string' || typeof value === 'number'))
      found[String(flat[at])] = value;
  }
  return found;
}

function exemplarOf({ span, trace }: Found): Exemplar {
  trace.isReferenced = true;
  return {
    value: span.durationMillis / 1e3,
    time: millisToHrTime(endMillisOf(span)),
    traceId: trace.traceId,
    spanId: span.spanId,
  };
}
