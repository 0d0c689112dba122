import { diag, DiagConsoleLogger, type DiagLogger, DiagLogLevel } from '@opentelemetry/api';
import { diagLogLevelFromString, loggingErrorHandler, setGlobalErrorHandler } from '@opentelemetry/core';
import type { Guard } from '../base/guard.ts';
import type { TelemetryConfig } from '../config.ts';
import { describeError } from '../export/export-books.ts';
import { foreignTracerProvider, registerOnly } from './api-globals.ts';

/**
 * Counts the SDK's error messages as faults of telemetry. With OTEL_LOG_LEVEL they all go to the console, and an app with its own SDK or logger
 * receives them itself. Returns a function that stops it.
 */
export function reportSdkFaults(
  { sdkLogLevel }: Pick<TelemetryConfig, 'sdkLogLevel'>,
  guard: Guard,
): () => void {
  if (foreignTracerProvider() !== undefined) return () => {};
  const report = (...said: readonly unknown[]): void => {
    const text = describeError(said.map(describeError).join(' '));
    if (text.includes(DUPLICATE)) guard.note(LATER_SDK);
    else if (!text.includes('Attempted duplicate registration')) guard.report('opentelemetry', text);
  };
  setGlobalErrorHandler(report);
  const ignore = (): void => {};
  const [logger, logLevel]: [DiagLogger, DiagLogLevel | undefined] =
    sdkLogLevel === undefined
      ? [{ error: report, warn: report, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.WARN]
      : [new DiagConsoleLogger(), diagLogLevelFromString(sdkLogLevel)];
  const options = { suppressOverrideMessage: true, ...(logLevel !== undefined && { logLevel }) };
  const removeLogger = registerOnly({ diag: () => diag.setLogger(logger, options) });
  return () => {
    setGlobalErrorHandler(loggingErrorHandler());
    removeLogger();
  };
}

/** Message of the API for a second registration. */
const DUPLICATE = 'Attempted duplicate registration of API: trace';
const LATER_SDK =
  'Another OpenTelemetry SDK was started after telemetry: all spans stay with telemetry, and its span processors see none. ' +
  'Pass them to startTelemetry as spanProcessors, or start that SDK first';
