import type { Instrumentation } from '@opentelemetry/instrumentation';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import type { DatabaseClass } from '../base/database-class.ts';
import type { AppFacts } from '../config.ts';
import type { ThreadWork } from '../base/thread-work.ts';
import type { RenderTracer, TelemetryControl, TelemetryQuery } from '../query.ts';
import type { Sink } from '../sampling/outcomes.ts';
import type { Policy } from '../sampling/policy.ts';

/** The handle that the app holds. Nothing in it throws into the app or rejects. */
export interface Telemetry {
  readonly query: TelemetryQuery;
  readonly control: TelemetryControl;
  readonly render: RenderTracer;
  /** Patches the Database class of better-sqlite3, before or after databases are opened, and uses it to open the history file. */
  instrumentDatabase(Database: DatabaseClass): void;
  /** Records what a worker thread did for the active span: how long that waited for the thread, the work, and its statements. */
  readonly noteThreadWork: (work: ThreadWork) => void;
  /** Exports what is decided; resolves within seconds whatever the receiver does. */
  flush(): Promise<void>;
  /** Decides and exports what is pending, removes every patch and unregisters the global providers. Idempotent, bounded in time. */
  shutdown(): Promise<void>;
}

/** All optional. The environment overrides what the app states. */
export interface TelemetryOptions extends AppFacts {
  /** Used instead of the environment and `.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Additional must-keep policies, asked after those for failed and slow operations. */
  readonly policies?: readonly Policy[] | undefined;
  /** Additional destinations of kept spans; shut down with telemetry. */
  readonly sinks?: readonly Sink[] | undefined;
  /** Each sees every span start and end; shut down with telemetry. */
  readonly spanProcessors?: readonly SpanProcessor[] | undefined;
  /** Enabled at start with the kit's providers, disabled at the end. */
  readonly instrumentations?: readonly Instrumentation[] | undefined;
  /** Receives one line per message; default: standard error. */
  readonly log?: ((message: string) => void) | undefined;
  /**
   * Also starts where the start is only inherited: in worker threads, and in child processes made with `fork()` or that run node directly. Default
   * false; cluster workers always start.
   */
  readonly inherited?: boolean | undefined;
}
