import type { DatabaseClass } from '../base/database-class.ts';
import type { RenderTracer, TelemetryControl, TelemetryQuery } from '../query.ts';

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
