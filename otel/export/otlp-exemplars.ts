import {
  type ISerializer,
  JsonMetricsSerializer,
  ProtobufMetricsSerializer,
} from '@opentelemetry/otlp-transformer';
import { DataPointType, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Exemplar } from '../base/exemplar.ts';
import { exemplarsOf } from './point-exemplars.ts';
import { LENGTH_DELIMITED, lengthDelimited, messageFields } from './protobuf-fields.ts';

type Serializer = Pick<ISerializer<ResourceMetrics, unknown>, 'serializeRequest'>;
type Kind = DataPointType.HISTOGRAM | DataPointType.EXPONENTIAL_HISTOGRAM;

/** Field numbers of opentelemetry-proto: of a kind in Metric, of its points, and of `exemplars` in a point. */
const FIELDS: readonly (readonly [kind: Kind, inMetric: number, inPoint: number])[] = [
  [DataPointType.HISTOGRAM, 9, 8],
  [DataPointType.EXPONENTIAL_HISTOGRAM, 10, 11],
];
/** ExportMetricsServiceRequest.resource_metrics, ResourceMetrics.scope_metrics, ScopeMetrics.metrics. */
const PATH_TO_METRIC = [1, 2, 2];
const DATA_POINTS = 1;
const EXEMPLAR_BYTES = 46;

/** The SDK's serializer, and after it the exemplars, which it leaves out: a field may stand anywhere in its message. */
export const PROTOBUF_METRICS: Serializer = {
  serializeRequest: (metrics) => {
    let request = ProtobufMetricsSerializer.serializeRequest(metrics);
    for (const [kind, inMetric, inPoint] of FIELDS) {
      const exemplars = ofPoints(metrics, kind);
      if (request === undefined || exemplars.every((each) => each.length === 0)) continue;
      let point = 0;
      request = appended(request, [...PATH_TO_METRIC, inMetric, DATA_POINTS], () =>
        Buffer.concat((exemplars[point++] ?? []).map((exemplar) => exemplarBytes(exemplar, inPoint))),
      );
    }
    return request;
  },
};

interface JsonPoints {
  readonly dataPoints: readonly { exemplars?: unknown }[];
}

interface JsonRequest {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly {
      readonly metrics: readonly {
        readonly histogram?: JsonPoints;
        readonly exponentialHistogram?: JsonPoints;
      }[];
    }[];
  }[];
}

/** The same as JSON. */
export const JSON_METRICS: Serializer = {
  serializeRequest: (metrics) => {
    const body = JsonMetricsSerializer.serializeRequest(metrics);
    if (body === undefined) return body;
    const request: JsonRequest = JSON.parse(new TextDecoder().decode(body));
    const written = request.resourceMetrics
      .flatMap(({ scopeMetrics }) => scopeMetrics)
      .flatMap((scope) => scope.metrics);
    const add = (points: JsonPoints['dataPoints'], kind: Kind): void =>
      ofPoints(metrics, kind).forEach((exemplars, at) => {
        if (exemplars.length > 0) points[at]!.exemplars = exemplars.map(exemplarJson);
      });
    add(
      written.flatMap(({ histogram }) => histogram?.dataPoints ?? []),
      DataPointType.HISTOGRAM,
    );
    add(
      written.flatMap(({ exponentialHistogram }) => exponentialHistogram?.dataPoints ?? []),
      DataPointType.EXPONENTIAL_HISTOGRAM,
    );
    return new TextEncoder().encode(JSON.stringify(request));
  },
};

/** Exemplars of each point of one kind, in the order of serialization. */
function ofPoints({ scopeMetrics }: ResourceMetrics, kind: Kind): readonly (readonly Exemplar[])[] {
  return scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .filter(({ dataPointType }) => dataPointType === kind)
    .flatMap(({ dataPoints }) => dataPoints.map(exemplarsOf));
}

function exemplarJson({ value, time, traceId, spanId }: Exemplar): object {
  const timeUnixNano = `${time[0]}${String(time[1]).padStart(9, '0')}`;
  return { timeUnixNano, asDouble: value, traceId, spanId };
}

/** Exemplar: time_unix_nano 2, as_double 3, span_id 4, trace_id 5. */
function exemplarBytes({ value, time, traceId, spanId }: Exemplar, field: number): Buffer {
  const bytes = Buffer.alloc(2 + EXEMPLAR_BYTES);
  bytes[0] = (field << 3) | LENGTH_DELIMITED;
  bytes[1] = EXEMPLAR_BYTES;
  bytes[2] = 0x11;
  bytes.writeBigUInt64LE(BigInt(time[0]) * 1_000_000_000n + BigInt(time[1]), 3);
  bytes[11] = 0x19;
  bytes.writeDoubleLE(value, 12);
  bytes[20] = 0x22;
  bytes[21] = 8;
  bytes.write(spanId, 22, 'hex');
  bytes[30] = 0x2a;
  bytes[31] = 16;
  bytes.write(traceId, 32, 'hex');
  return bytes;
}

/** A message in which each message at the end of a path of fields is followed by what `next` returns for it. */
function appended(message: Uint8Array, path: readonly number[], next: () => Uint8Array): Uint8Array {
  const [field, ...rest] = path;
  if (field === undefined) return Buffer.concat([message, next()]);
  return Buffer.concat(
    messageFields(message).map(({ number, raw, body }) =>
      number === field && body !== undefined ? lengthDelimited(field, appended(body, rest, next)) : raw,
    ),
  );
}
