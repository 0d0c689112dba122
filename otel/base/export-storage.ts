export type Signal = 'traces' | 'metrics' | 'logs';

/** An encoded export that waits on disk. */
export interface StoredExport {
  readonly signal: Signal;
  /** Spans, data points or log records in it. */
  readonly items: number;
  /** Contains a failed or slow operation, or one that a rule keeps: the last to be dropped. */
  readonly isMustKeep: boolean;
  /** `application/x-protobuf` or `application/json`. */
  readonly mediaType: string;
  /** An OTLP request, compressed with gzip. */
  readonly body: Uint8Array;
  readonly traceIds: readonly string[];
}

export interface StoredFacts {
  readonly items: number;
  readonly bytes: number;
  readonly maxBytes: number;
  /** Time of the oldest. Undefined if nothing is stored. */
  readonly oldestMillis: number | undefined;
  /** Items that the bound removed, since start. */
  readonly dropped: number;
  /** Items that an earlier process stored and this one took over, since start. */
  readonly adopted: number;
}

/** Exports that wait on disk until their receiver answers. Never throws. */
export interface ExportStorage {
  /** Writes all or none. False while there is no file, or if it cannot be written: the caller keeps the items. */
  put(batches: readonly StoredExport[]): boolean;
  /** The oldest of this process and of processes that are gone. */
  oldest(signal: Signal): (StoredExport & { readonly id: number }) | undefined;
  remove(id: number): void;
  /** What is left of an export after a part of it was sent. */
  replace(id: number, rest: Pick<StoredExport, 'body' | 'items'>): void;
  /** Undefined if nothing can be stored. */
  facts(signal: Signal): StoredFacts | undefined;
  /** Calls it whenever exports of an earlier process were taken over. */
  onAdopted(listener: () => void): void;
}
