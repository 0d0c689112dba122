/** `oursHistory` writes a third of the traces to a file, as a blog does that takes 150 requests a second. */
export const COLD_VARIANTS = ['bare', 'stock', 'ours', 'oursHistory', 'ours0', 'ours0History'] as const;
export type ColdVariant = (typeof COLD_VARIANTS)[number];

export interface ColdAnswer {
  /** Of a request and its share of what was put off, at a low percentile: what is above is the machine's. */
  readonly micros: number;
  /** Of the same. */
  readonly bytes: number;
}
