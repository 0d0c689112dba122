import { loadTelemetryConfig, readTelemetryConfig } from './config.ts';
import type { TelemetryConfig } from './config.ts';
import { Guard } from './base/guard.ts';
import { forgetStart, isInheritedStart, noteStart } from './base/inherited-start.ts';
import { RuntimeSampler } from './instrumentation/runtime.ts';
import type { EffectiveSetting } from './query.ts';
import { disabledTelemetry } from './start/disabled-telemetry.ts';
import type { MakeSpans } from './start/span-makers.ts';
import type { Telemetry, TelemetryOptions } from './start/telemetry-handle.ts';

export type { Telemetry, TelemetryOptions };

let starting: Promise<Telemetry> | undefined;
let active: Telemetry | undefined;

/**
 * Starts telemetry for this process; `activeTelemetry()` returns it from then on, and a second call returns the same one. With `enabled` false the
 * SDK is not even loaded. If starting fails, telemetry is off, one log line says why, and the app still starts. Rejects only with
 * TelemetryConfigError.
 */
export async function startTelemetry(options: TelemetryOptions = {}): Promise<Telemetry> {
  if (starting === undefined && isInheritedStart() && options.inherited !== true)
    return inheritedOff(options);
  starting ??= start(options);
  try {
    active = await starting;
  } catch (error) {
    starting = undefined;
    throw error;
  }
  return active;
}

/** The telemetry started in this process, or a disabled one. */
export function activeTelemetry(): Telemetry {
  return active ?? telemetryThatIsOff([], new Guard());
}

async function start(options: TelemetryOptions): Promise<Telemetry> {
  const { log = logToStandardError } = options;
  const config = configOf(options);
  for (const warning of config.warnings) log(warning);
  if (!config.enabled) return telemetryThatIsOff(config.settings, new Guard(), config);
  noteStart();
  try {
    const { EnabledTelemetry } = await import('./start/enabled-telemetry.ts');
    const { policies, sinks, spanProcessors, instrumentations } = options;
    const guard = new Guard({ log });
    const makeSpans = await spanMaker(config.spans);
    const own = { guard, log, onShutdown: forget, makeSpans };
    return new EnabledTelemetry(config, { ...own, policies, sinks, spanProcessors, instrumentations });
  } catch (error) {
    log(`telemetry did not start and is off: ${error instanceof Error ? error.message : String(error)}`);
    const guard = new Guard();
    guard.report('start', error);
    return telemetryThatIsOff(config.settings, guard, config);
  }
}

/** Imports the SDK's tracer only if it makes the spans. If another SDK is registered, it keeps making its own. */
async function spanMaker(spans: TelemetryConfig['spans']): Promise<MakeSpans> {
  const { foreignTracerProvider } = await import('./start/api-globals.ts');
  if (foreignTracerProvider() !== undefined) return (await import('./start/beside-spans.ts')).makeSpansBeside;
  if (spans === 'stock') return (await import('./start/stock-spans.ts')).makeStockSpans;
  return (await import('./start/own-spans.ts')).makeOwnSpans;
}

/** Disabled in this process and the processes it starts; `inherited: true` overrides that. */
function inheritedOff(options: TelemetryOptions): Telemetry {
  const config = configOf(options);
  noteStart();
  return telemetryThatIsOff(config.settings, new Guard(), config);
}

function configOf(options: TelemetryOptions): TelemetryConfig {
  const { env } = options;
  return env === undefined ? loadTelemetryConfig(options) : readTelemetryConfig({ ...options, env });
}

function telemetryThatIsOff(
  settings: readonly EffectiveSetting[],
  guard: Guard,
  config?: TelemetryConfig,
): Telemetry {
  const thresholds = config && { thresholdsSeconds: config.slowThresholdSeconds };
  const off = disabledTelemetry(settings, new RuntimeSampler({ intervalSeconds: 0 }), thresholds);
  const telemetry: Telemetry = {
    query: { ...off, faults: () => guard.faults() },
    control: off,
    render: (_template, render) => render(),
    instrumentDatabase: () => {},
    noteThreadWork: () => {},
    flush: () => Promise.resolve(),
    shutdown: () => {
      forget(telemetry);
      return Promise.resolve();
    },
  };
  return telemetry;
}

function forget(telemetry: Telemetry): void {
  if (active !== telemetry) return;
  active = starting = undefined;
  forgetStart();
}

function logToStandardError(message: string): void {
  process.stderr.write(`${message}\n`);
}
