/** A reading statement that a worker thread ran: the thread measures it, and the main thread, which knows the span, records it. */
export interface ThreadStatement {
  readonly sql: string;
  /** The database's file name; only its last part is recorded. */
  readonly file: string;
  /** `thread.name`: what ran there did not block the event loop. */
  readonly thread: string;
  /** By `process.hrtime`, which all threads of a process share. */
  readonly startNanos: number;
  readonly durationNanos: number;
  /** Undefined if it failed. */
  readonly rows?: number | undefined;
  readonly failure?: { readonly code: string | undefined; readonly message: string } | undefined;
}
