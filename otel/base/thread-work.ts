import type { ThreadStatement } from './thread-statement.ts';

/** What a worker thread did for one request, measured there. */
export interface ThreadWork {
  /** `thread.name`. */
  readonly thread: string;
  /** When the main thread asked for it; all by `process.hrtime`, which all threads of a process share. */
  readonly askedNanos: number;
  /** When the thread began: before, the request waited for it. */
  readonly startNanos: number;
  readonly durationNanos: number;
  /** Within it. */
  readonly statements: readonly ThreadStatement[];
}
