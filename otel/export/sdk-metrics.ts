import type { Attributes } from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_OPERATION_REASON,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
} from '../base/semconv.ts';
import type { StoredFacts } from '../base/export-storage.ts';
import { sumOf } from '../base/sum-of.ts';
import type { OperationTally } from '../sampling/operation-tally.ts';
import type { ExportComponent, ExportTally } from './export-tally.ts';
import type { AnyPipeline } from './exports.ts';
import type { MetricDataBuilder, Point } from './metric-data.ts';

/** The counts that pages show. */
export interface TelemetryBooks {
  readonly tally: () => Pick<OperationTally, 'counts' | 'starts'>;
  readonly pipelines: readonly AnyPipeline[];
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
export function addSdkMetrics(to: MetricDataBuilder, { tally, pipelines }: TelemetryBooks): void {
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
      ...pipelinesOf('span', pipelines).flatMap(processedBy),
    ],
  );
  to.counter(
    'otel.sdk.processor.log.processed',
    '{log_record}',
    'The number of log records for which the processing has finished, either successful or failed.',
    pipelinesOf('log', pipelines).flatMap(processedBy),
  );
  for (const item of ['span', 'log'] as const) addQueues(to, item, pipelinesOf(item, pipelines));
  addExports(
    to,
    pipelines.map((pipeline) => pipeline.tally),
  );
  addStored(to, pipelines);
  to.counter('telemetry.operation.kept', '{operation}', 'Operations kept in detail.', byReason(kept));
  to.counter('telemetry.operation.dropped', '{operation}', 'Operations not kept.', byReason(dropped));
}

function pipelinesOf(
  item: ExportComponent['item'],
  pipelines: readonly AnyPipeline[],
): readonly AnyPipeline[] {
  return pipelines.filter((pipeline) => pipeline.tally.component.item === item);
}

/** Passed to the exporter, or dropped before by the full queue or the end of the process. */
function processedBy(pipeline: AnyPipeline): Point[] {
  const { sent, rejected, failed, droppedBy } = pipeline.facts();
  const attributes = queueOf(pipeline);
  return [
    { attributes, value: sent + rejected + failed + pipeline.tally.inflight },
    ...Object.entries(droppedBy)
      .filter(([reason, value]) => value > 0 || reason === 'queue_full')
      .map(([reason, value]) => ({ attributes: { ...attributes, [ATTR_ERROR_TYPE]: reason }, value })),
  ];
}

function addQueues(to: MetricDataBuilder, item: 'span' | 'log', pipelines: readonly AnyPipeline[]): void {
  const points = (read: (pipeline: AnyPipeline) => number): Point[] =>
    pipelines.map((pipeline) => ({ attributes: queueOf(pipeline), value: read(pipeline) }));
  const [unit, items] = item === 'span' ? ['{span}', 'spans'] : ['{log_record}', 'log records'];
  to.level(
    `otel.sdk.processor.${item}.queue.size`,
    unit,
    `The number of ${items} in the queue.`,
    points(({ queuedItems }) => queuedItems),
  );
  to.level(
    `otel.sdk.processor.${item}.queue.capacity`,
    unit,
    `The maximum number of ${items} the queue can hold.`,
    points(({ maxQueueItems }) => maxQueueItems),
  );
}

/** What waits on disk, and what its bound removed. */
function addStored(to: MetricDataBuilder, pipelines: readonly AnyPipeline[]): void {
  const stored = pipelines.flatMap((pipeline) => {
    const facts = pipeline.facts().stored;
    return facts === undefined ? [] : [{ attributes: queueOf(pipeline), facts }];
  });
  const point = (read: (facts: StoredFacts) => number): Point[] =>
    stored.map(({ attributes, facts }) => ({ attributes, value: read(facts) }));
  to.level(
    'telemetry.export.stored',
    '{item}',
    'Items that wait on disk for their receiver.',
    point(({ items }) => items),
  );
  to.counter(
    'telemetry.export.storage.dropped',
    '{item}',
    'Items that the bound of the storage removed.',
    point(({ dropped }) => dropped),
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

function queueOf({ tally }: AnyPipeline): Attributes {
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
  return Object.entries(counts).map(([reason, value]) => ({
    attributes: { [ATTR_OPERATION_REASON]: reason },
    value,
  }));
}
