import type { Database } from 'better-sqlite3';
import type { Logger } from 'pino';
import type { RenderTracer, TelemetryControl, TelemetryQuery } from '../../otel/query.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { BlogConfig } from '../process/config.ts';

/** What main.ts hands to the rooms of the blog; each takes the part it needs. */
export interface AppDependencies {
  readonly config: BlogConfig;
  readonly database: Database;
  readonly accounts: Accounts;
  readonly telemetry: TelemetryQuery;
  readonly control: TelemetryControl;
  readonly render: RenderTracer;
  readonly log: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
}
