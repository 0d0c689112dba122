/** An objective for all requests or one route, over 30 days. */
export interface Objective {
  /** As parsed, in one form; identifies it. */
  readonly text: string;
  readonly kind: 'availability' | 'latency';
  /** The http series, such as `GET /search`; undefined: all requests. */
  readonly route: string | undefined;
  /** Share of requests that has to be good, 0–1 and neither of them. */
  readonly target: number;
  /** latency: a request that takes this long or less is good. */
  readonly underMillis: number | undefined;
}

/**
 * What pages and alerts judge by: up to a limit a value is fine. NaN: the limit is off. Shares 0–1; durations in milliseconds, sizes in bytes. Read
 * from the settings METRICS_LIMIT_* and METRICS_OBJECTIVES, which may change while the process runs.
 */
export interface Limits {
  readonly failedShare: number;
  /** Of the requests of each route. */
  readonly routeFailedShare: number;
  readonly clientErrorShare: number;
  readonly requestP95Millis: number;
  readonly statementP95Millis: number;
  readonly renderP95Millis: number;
  /** The longest time that the event loop may be held. */
  readonly loopMillis: number;
  readonly saturatedMillis: number;
  readonly crashes: number;
  /** The least space left on the disk. */
  readonly diskFreeBytes: number;
  /** How long the heap has to last if it goes on growing as it does. */
  readonly memoryFullMillis: number;
  /** Share of a range whose counts are lost. */
  readonly missingShare: number;
  readonly exportFailingMillis: number;
  readonly exportLostShare: number;
  readonly backupAgeMillis: number;
  /** With fewer operations, shares and percentiles are not judged. */
  readonly minCount: number;
  readonly objectives: readonly Objective[];
}
