import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import { AbortableAgents } from '../../../otel/export/abortable-agents.ts';
import { SingleExport } from '../../../otel/export/single-export.ts';
import type { OtlpTarget } from '../../../otel/settings/otlp-target.ts';
import { failure, SUCCESS } from './fake-exporter.ts';

const TIMEOUT_MILLIS = 1000;
const TARGET: OtlpTarget = {
  url: 'http://127.0.0.1:9/v1/metrics',
  headers: {},
  protocol: 'http/protobuf' as const,
  timeoutMillis: TIMEOUT_MILLIS,
  compression: 'none',
  certificateFile: undefined,
  clientCertificateFile: undefined,
  clientKeyFile: undefined,
};

function setUp() {
  const agents = new AbortableAgents(TARGET);
  const results: ExportResult[] = [];
  const aborted = jest.spyOn(agents, 'abort');
  const single = new SingleExport('metrics', agents, TIMEOUT_MILLIS);
  const run = (start: (finish: (result: ExportResult) => void) => void) =>
    single.run(1, start, (result) => results.push(result));
  return { run, results, aborted, messages: () => results.map(({ error }) => error?.message) };
}

describe('SingleExport', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('counts an export that throws as failed, names the signal, and accepts the next', () => {
    const { run, results, messages } = setUp();
    run(() => {
      throw new Error('serializer broke');
    });
    expect(results[0]?.code).toBe(ExportResultCode.FAILED);
    expect(messages()).toEqual(['metrics: serializer broke']);
    run((finish) => finish(SUCCESS));
    expect(results[1]).toEqual(SUCCESS);
  });

  it('rejects a second one until the first has ended', () => {
    const { run, messages } = setUp();
    let end = (_result: ExportResult): void => {};
    run((finish) => (end = finish));
    run((finish) => finish(SUCCESS));
    expect(messages()).toEqual(['metrics: the previous export has not ended']);
    end(failure('503'));
    run((finish) => finish(SUCCESS));
    expect(messages()).toEqual(['metrics: the previous export has not ended', 'metrics: 503', undefined]);
  });

  it('names a failure without a reason', () => {
    const { run, messages } = setUp();
    run((finish) => finish({ code: ExportResultCode.FAILED }));
    expect(messages()).toEqual(['metrics: the exporter failed without a reason']);
  });

  it('aborts the connection after its timeout, and nothing of one that has ended', () => {
    jest.useFakeTimers();
    const { run, aborted } = setUp();
    run((finish) => finish(SUCCESS));
    jest.advanceTimersByTime(2 * TIMEOUT_MILLIS);
    expect(aborted).not.toHaveBeenCalled();
    run(() => {});
    jest.advanceTimersByTime(TIMEOUT_MILLIS - 1);
    expect(aborted).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(aborted).toHaveBeenCalledTimes(1);
  });
});
