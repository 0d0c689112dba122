import type { LogRecordProcessor, ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { AllPipelines } from './all-pipelines.ts';

/** Adds every log record to each pipeline. */
export class LogPipelines extends AllPipelines<ReadableLogRecord> implements LogRecordProcessor {
  onEmit(record: ReadableLogRecord): void {
    this.add([record]);
  }
}
