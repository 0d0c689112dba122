/** One small figure and what GUARANTEES of the project promise for it. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: 'ns' | 'bytes' | 'ms';
  /** At most this. */
  readonly target: number;
}
