import type { Attributes } from '@opentelemetry/api';
import { ATTR_ERROR_TYPE, ATTR_SERVER_ADDRESS, ATTR_SERVER_PORT } from '../base/semconv.ts';
import type { OperationTally } from '../sampling/operation-tally.ts';
import type { ExportPipeline } from './export-pipeline.ts';
import type { ExportComponent, ExportTally } from './export-tally.ts';
import type { MetricDataBuilder, Point } from './metric-data.ts';

/** The counts that pages show. */
export interface TelemetryBooks {
  readonly tally: () => Pick<OperationTally, 'counts' | 'starts'>;
  readonly pipelines: readonly ExportPipeline[];
  /** Of metrics and log records. */
  readonly tallies: readonly ExportTally[];
}

const PROCESSOR = component({ type: 'sampling_span_processor', name: 'sampling_span_processor/0' });
const QUEUE_FULL = { [ATTR_ERROR_TYPE]: 'queue_full' };
const ORIGINS = ['none', 'local', 'remote'] as const;
const ITEMS = ['span', 'metric_data_point', 'log'] as const;

/**
 * Metrics of telemetry about itself, by the SDK conventions (`otel.sdk.*`), from the counts that pages show: started = live + processed. An
 * operation without a span of its own counts as a span here, too: it was started, decided and dropped. What sampling dropped was processed; what a
 * full buffer dropped has failed.
 */
export function addSdkMetrics(to: MetricDataBuilder, { tally, pipelines, tallies }: TelemetryBooks): void {
  const book = tally();
  const { live, kept, dropped } = book.counts();
  to.counter(
    'otel.sdk.span.started',
    '{span}',
    'The number of created spans.',
    book.starts
      .map((value, at) => ({
        value,
        attributes: {
          'otel.span.parent.origin': ORIGINS[at >> 1]!,
          'otel.span.sampling_result': at % 2 === 0 ? 'RECORD_AND_SAMPLE' : 'RECORD_ONLY',
        },
      }))
      .filter(({ value }) => value > 0),
  );
  to.level(
    'otel.sdk.span.live',
    '{span}',
    'The number of spans that have not ended or wait for their verdict.',
    [{ value: live }],
  );
  const decided = sumOf(kept) + sumOf(dropped) - dropped.overflow;
  to.counter(
    'otel.sdk.processor.span.processed',
    '{span}',
    'The number of spans for which the processing has finished, either successful or failed.',
    [
      { attributes: PROCESSOR, value: decided },
      { attributes: { ...PROCESSOR, ...QUEUE_FULL }, value: dropped.overflow },
      ...pipelines.flatMap(processedBy),
    ],
  );
  addQueues(to, pipelines);
  addExports(to, [...pipelines.map((pipeline) => pipeline.tally), ...tallies]);
  to.counter('telemetry.operation.kept', '{operation}', 'Operations kept in detail.', byReason(kept));
  to.counter('telemetry.operation.dropped', '{operation}', 'Operations not kept.', byReason(dropped));
}

/** Passed to the exporter, or dropped by the full queue before. */
function processedBy(pipeline: ExportPipeline): Point[] {
  const { sent, failed, dropped } = pipeline.facts();
  const attributes = queueOf(pipeline);
  return [
    { attributes, value: sent + failed + pipeline.tally.inflight },
    { attributes: { ...attributes, ...QUEUE_FULL }, value: dropped },
  ];
}

function addQueues(to: MetricDataBuilder, pipelines: readonly ExportPipeline[]): void {
  const points = (read: (pipeline: ExportPipeline) => number): Point[] =>
    pipelines.map((pipeline) => ({ attributes: queueOf(pipeline), value: read(pipeline) }));
  to.level(
    'otel.sdk.processor.span.queue.size',
    '{span}',
    'The number of spans in the queue.',
    points(({ queuedSpans }) => queuedSpans),
  );
  to.level(
    'otel.sdk.processor.span.queue.capacity',
    '{span}',
    'The maximum number of spans the queue can hold.',
    points(({ maxQueueSpans }) => maxQueueSpans),
  );
}

function addExports(to: MetricDataBuilder, tallies: readonly ExportTally[]): void {
  for (const item of ITEMS) {
    const exporters = tallies.filter((tally) => tally.component.item === item);
    const unit = item === 'metric_data_point' ? '{data_point}' : item === 'log' ? '{log_record}' : '{span}';
    to.level(
      `otel.sdk.exporter.${item}.inflight`,
      unit,
      'The number of items which were passed to the exporter, but that have not been exported yet.',
      exporters.map((tally) => ({ attributes: component(tally.component), value: tally.inflight })),
    );
    to.counter(
      `otel.sdk.exporter.${item}.exported`,
      unit,
      'The number of items for which the export has finished, either successful or failed.',
      exporters.flatMap((tally) =>
        tally
          .outcomes()
          .map(({ errorType, items }) => ({ attributes: ended(tally.component, errorType), value: items })),
      ),
    );
  }
  to.durations(
    'otel.sdk.exporter.operation.duration',
    'The duration of exporting a batch of telemetry records.',
    tallies.flatMap((tally) =>
      tally
        .outcomes()
        .map(({ errorType, durations }) => ({ attributes: ended(tally.component, errorType), durations })),
    ),
  );
}

function queueOf({ tally }: ExportPipeline): Attributes {
  return component({ type: 'export_pipeline', name: `export_pipeline/${tally.component.name}` });
}

function component({ type, name, serverAddress, serverPort }: Omit<ExportComponent, 'item'>): Attributes {
  return {
    'otel.component.type': type,
    'otel.component.name': name,
    ...(serverAddress === undefined ? {} : { [ATTR_SERVER_ADDRESS]: serverAddress }),
    ...(serverPort === undefined ? {} : { [ATTR_SERVER_PORT]: serverPort }),
  };
}

function ended(of: ExportComponent, errorType: string | undefined): Attributes {
  return errorType === undefined ? component(of) : { ...component(of), [ATTR_ERROR_TYPE]: errorType };
}

function byReason(counts: Readonly<Record<string, number>>): Point[] {
  return Object.entries(counts).map(([reason, value]) => ({ attributes: { reason }, value }));
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
