import type { AnyValue } from '@opentelemetry/api';
import type { LogRecordProcessor, ReadWriteLogRecord } from '@opentelemetry/sdk-logs';
import type { Guard } from '../base/guard.ts';
import { redactedValue } from '../base/redacted-text.ts';
import { removeClientAddress } from './client-address.ts';

/** Processors of log records in their order: credentials are removed first, then what is kept for pages, then exports, each with addresses only if it may have them. */
export function logProcessors(
  rules: { readonly recordsClientAddresses: boolean; readonly exportsClientAddresses: boolean },
  guard: Guard,
  forPages: LogRecordProcessor,
  exports: readonly LogRecordProcessor[],
): readonly LogRecordProcessor[] {
  return [
    changing((record) => removeSecrets(record, guard)),
    ...(rules.recordsClientAddresses ? [] : [withoutAddresses]),
    forPages,
    ...(rules.exportsClientAddresses ? [] : [withoutAddresses]),
    ...exports,
  ];
}

/** For the processors that follow. */
function changing(change: (record: ReadWriteLogRecord) => void): LogRecordProcessor {
  return {
    onEmit: change,
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}

const withoutAddresses = changing(({ attributes }) => removeClientAddress(attributes));

/** What cannot be read is removed as a whole. */
function removeSecrets(record: ReadWriteLogRecord, guard: Guard): void {
  const safe = (name: string, value: AnyValue): AnyValue =>
    guard.run('log redaction', () => redactedValue(name, value), undefined);
  record.body = safe('', record.body);
  for (const [key, value] of Object.entries(record.attributes)) record.attributes[key] = safe(key, value);
}
