import {
  type IExporterMetricsHelper,
  type ISerializer,
  JsonLogsSerializer,
  JsonTraceSerializer,
  LogsExporterMetricsHelper,
  MetricsExporterMetricsHelper,
  ProtobufLogsSerializer,
  ProtobufTraceSerializer,
  TraceExporterMetricsHelper,
} from '@opentelemetry/otlp-transformer';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { OtlpTarget } from '../settings/otlp-target.ts';
import { JSON_METRICS, PROTOBUF_METRICS } from './otlp-exemplars.ts';

/** OTLP encoding of a signal. */
export interface OtlpSignal<Items> {
  /** Name of the items in one of its exports. */
  readonly items: string;
  readonly protobuf: Pick<ISerializer<Items, unknown>, 'serializeRequest'>;
  readonly json: Pick<ISerializer<Items, unknown>, 'serializeRequest'>;
  readonly helper: IExporterMetricsHelper<Items>;
  readonly name: 'traces' | 'metrics' | 'logs';
  /** `otel.component.type` of an exporter by its protocol. */
  readonly componentTypes: Readonly<Record<OtlpTarget['protocol'], string>>;
}

export const SPANS: OtlpSignal<ReadableSpan[]> = {
  items: 'spans',
  protobuf: ProtobufTraceSerializer,
  json: JsonTraceSerializer,
  helper: TraceExporterMetricsHelper,
  name: 'traces',
  componentTypes: {
    'http/protobuf': 'otlp_http_span_exporter',
    'http/json': 'otlp_http_json_span_exporter',
  },
};

export const METRICS: OtlpSignal<ResourceMetrics> = {
  items: 'data points',
  protobuf: PROTOBUF_METRICS,
  json: JSON_METRICS,
  helper: MetricsExporterMetricsHelper,
  name: 'metrics',
  componentTypes: {
    'http/protobuf': 'otlp_http_metric_exporter',
    'http/json': 'otlp_http_json_metric_exporter',
  },
};

export const LOGS: OtlpSignal<ReadableLogRecord[]> = {
  items: 'log records',
  protobuf: ProtobufLogsSerializer,
  json: JsonLogsSerializer,
  helper: LogsExporterMetricsHelper,
  name: 'logs',
  componentTypes: {
    'http/protobuf': 'otlp_http_log_exporter',
    'http/json': 'otlp_http_json_log_exporter',
  },
};
