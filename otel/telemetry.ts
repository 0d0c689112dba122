import type DatabaseConstructor from 'better-sqlite3';
import type { TelemetryConfig } from './config.ts';
import { Guard } from './base/guard.ts';
import { RuntimeSampler } from './instrumentation/runtime.ts';
import type { EffectiveSetting, RenderTracer, TelemetryControl, TelemetryQuery } from './query.ts';
import { disabledTelemetry } from './store/disabled-telemetry.ts';

/** Telemetry as the app holds it. Nothing here throws into the app, and nothing rejects. */
export interface Telemetry {
  readonly query: TelemetryQuery;
  readonly control: TelemetryControl;
  readonly render: RenderTracer;
  /** Patches the Database class of better-sqlite3, before or after databases are opened, and opens the history file with it. */
  instrumentDatabase(Database: typeof DatabaseConstructor): void;
  /** Exports what is decided; ends within seconds whatever the receiver does. */
  flush(): Promise<void>;
  /** Decides and exports what is pending, takes every patch off and lets go of the global providers. Idempotent, bounded. */
  shutdown(): Promise<void>;
}

export interface StartOptions {
  /** Gets one line per message; default: standard error. */
  readonly log?: (message: string) => void;
}

let starting: Promise<Telemetry> | undefined;
let active: Telemetry | undefined;

/**
 * Starts telemetry for this process; it is `activeTelemetry()` from then on, and starting again while it runs answers the same one.
 * With `enabled` false no SDK is even loaded. When something breaks, one line says so and telemetry is off: the app still starts.
 */
export async function startTelemetry(
  config: TelemetryConfig,
  options: StartOptions = {},
): Promise<Telemetry> {
  starting ??= start(config, options.log ?? logToStandardError);
  active = await starting;
  return active;
}

/** The telemetry that was started in this process, or one that is off. */
export function activeTelemetry(): Telemetry {
  return active ?? telemetryThatIsOff([], new Guard());
}

async function start(config: TelemetryConfig, log: (message: string) => void): Promise<Telemetry> {
  for (const warning of config.warnings) log(warning);
  if (!config.enabled) return telemetryThatIsOff(config.settings, new Guard(), config);
  try {
    const { EnabledTelemetry } = await import('./enabled-telemetry.ts');
    return new EnabledTelemetry(config, { guard: new Guard({ log }), log, onShutdown: forget });
  } catch (error) {
    log(`telemetry did not start and is off: ${error instanceof Error ? error.message : String(error)}`);
    const guard = new Guard();
    guard.report('start', error);
    return telemetryThatIsOff(config.settings, guard, config);
  }
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
    flush: () => Promise.resolve(),
    shutdown: () => {
      forget(telemetry);
      return Promise.resolve();
    },
  };
  return telemetry;
}

function forget(telemetry: Telemetry): void {
  if (active === telemetry) active = starting = undefined;
}

function logToStandardError(message: string): void {
  process.stderr.write(`${message}\n`);
}
