/** What the app says about its data. */
export interface DataFacts {
  /** Bytes left on the disk of the data; undefined if unknown. */
  readonly freeBytes: number | undefined;
  /** Undefined if the app makes no backups; `atMillis` undefined: there is none yet. */
  readonly backup: { readonly atMillis: number | undefined } | undefined;
}

export const NO_DATA_FACTS: DataFacts = { freeBytes: undefined, backup: undefined };
