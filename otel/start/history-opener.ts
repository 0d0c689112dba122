import type DatabaseConstructor from 'better-sqlite3';
import type { Clock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import type { TelemetryConfig } from '../config.ts';
import { CallerHistory } from '../store/caller-history.ts';
import { ExitWatch } from '../store/exit-watch.ts';
import { History } from '../store/history.ts';
import { ListHistory } from '../store/list-history.ts';
import type { SamplingControl } from '../store/sampling-control.ts';
import { StatementHistory } from '../store/statement-history.ts';
import type { HeldFacts } from './held-facts.ts';

/** Opens the history file and starts writing it; undefined if none is configured. */
export type OpenHistory = (Database: typeof DatabaseConstructor) => History | undefined;

export function createHistoryOpener(options: {
  readonly config: TelemetryConfig;
  readonly held: HeldFacts;
  readonly samplingControl: SamplingControl;
  /** Handles deferred spans. */
  readonly settle: () => void;
  readonly guard: Guard;
  readonly clock: Clock;
  readonly log: (message: string) => void;
}): OpenHistory {
  const { config, held, samplingControl, settle, guard, clock, log } = options;
  const { historyFile: path, historyDays: days } = config;
  const { aggregates, ring, traceLogs, markers, runs, cost, samples, counts, waiting, stalls, ownCode } =
    held;
  return (Database) => {
    if (path === undefined) return undefined;
    const history: History = new History({
      runMeasured: (write) => cost.background(write),
      Database,
      path,
      days,
      ring,
      logs: traceLogs,
      rollUps: aggregates.rollUps(settle),
      parts: [
        waiting,
        samplingControl,
        runs,
        new ExitWatch(process, runs, guard, (maxMillis) => history.flush(maxMillis)),
        markers,
        samples,
        counts,
        stalls,
        ownCode,
        new CallerHistory(aggregates.book, clock, days),
        new StatementHistory(aggregates.book, clock),
        new ListHistory({ book: aggregates.requests, clock, guard, days }),
      ],
      guard,
      clock,
      log,
    });
    history.start();
    return history;
  };
}
