import type { Instrumentation } from '@opentelemetry/instrumentation';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import type { DatabaseClass } from '../base/database-class.ts';
import type { AppFacts } from '../config.ts';
import type { RenderTracer, TelemetryControl, TelemetryQuery } from '../query.ts';
import type { Sink } from '../sampling/outcomes.ts';
import type { Policy } from '../sampling/policy.ts';

/** Telemetry as the app holds it. Nothing here throws into the app, and nothing rejects. */
export interface Telemetry {
  readonly query: TelemetryQuery;
  readonly control: TelemetryControl;
  readonly render: RenderTracer;
  /** Patches the Database class of better-sqlite3, before or after databases are opened, and opens the history file with it. */
  instrumentDatabase(Database: DatabaseClass): void;
  /** Exports what is decided; ends within seconds whatever the receiver does. */
  flush(): Promise<void>;
  /** Decides and exports what is pending, takes every patch off and lets go of the global providers. Idempotent, bounded. */
  shutdown(): Promise<void>;
}

/** All of it may be left out. What the environment says wins over what the app says. */
export interface TelemetryOptions extends AppFacts {
  /** Read in place of the environment and `.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** More reasons to keep a span, asked after those for failed and slow ones. */
  readonly policies?: readonly Policy[] | undefined;
  /** More places for kept spans. They are shut down with telemetry. */
  readonly sinks?: readonly Sink[] | undefined;
  /** Each sees every span begin and end. They are shut down with telemetry. */
  readonly spanProcessors?: readonly SpanProcessor[] | undefined;
  /** Enabled at the start, given the providers, disabled at the end. */
  readonly instrumentations?: readonly Instrumentation[] | undefined;
  /** Gets one line per message; default: standard error. */
  readonly log?: ((message: string) => void) | undefined;
  /**
   * Starts where the start is inherited, too: in worker threads, and in children of a process with telemetry that were made with `fork()`
   * or run by node directly. Default false; workers of a cluster are processes like any.
   */
  readonly inherited?: boolean | undefined;
}
