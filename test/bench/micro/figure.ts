/** One small figure and what GUARANTEES of the project promise for it. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: 'ns' | 'µs' | 'ms' | 'bytes' | 'bytes/s';
  /** At most this; Infinity for what only gives another one its measure. */
  readonly target: number;
}
