import {
  JsonLogsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { Signal } from '../base/export-storage.ts';
import type { OtlpTarget } from '../settings/otlp-target.ts';
import { JSON_METRICS, PROTOBUF_METRICS } from './otlp-exemplars.ts';

type Serialize<Items> = (items: Items) => Uint8Array | undefined;

/** OTLP encoding of a signal. */
export interface OtlpSignal<Items> {
  readonly name: Signal;
  readonly protobuf: Serialize<Items>;
  readonly json: Serialize<Items>;
  /** `otel.component.type` of an exporter by its protocol. */
  readonly componentTypes: Readonly<Record<OtlpTarget['protocol'], string>>;
}

export const SPANS: OtlpSignal<ReadableSpan[]> = {
  name: 'traces',
  protobuf: (spans) => ProtobufTraceSerializer.serializeRequest(spans),
  json: (spans) => JsonTraceSerializer.serializeRequest(spans),
  componentTypes: componentTypes('span'),
};

export const METRICS: OtlpSignal<ResourceMetrics> = {
  name: 'metrics',
  protobuf: (metrics) => PROTOBUF_METRICS.serializeRequest(metrics),
  json: (metrics) => JSON_METRICS.serializeRequest(metrics),
  componentTypes: componentTypes('metric'),
};

export const LOGS: OtlpSignal<ReadableLogRecord[]> = {
  name: 'logs',
  protobuf: (records) => ProtobufLogsSerializer.serializeRequest(records),
  json: (records) => JsonLogsSerializer.serializeRequest(records),
  componentTypes: componentTypes('log'),
};

/** As the conventions name them. */
function componentTypes(item: string): OtlpSignal<never>['componentTypes'] {
  return {
    'http/protobuf': `otlp_http_${item}_exporter`,
    'http/json': `otlp_http_json_${item}_exporter`,
    grpc: `otlp_grpc_${item}_exporter`,
  };
}

/** The encoding that a receiver is configured for. */
export function encodingOf<Items>(
  signal: OtlpSignal<Items>,
  { protocol }: Pick<OtlpTarget, 'protocol'>,
): Serialize<Items> {
  return protocol === 'http/json' ? signal.json : signal.protobuf;
}
