import type { Signal, StoredFacts } from './export-storage.ts';

/** Why an item never reached the receiver: the queue was full, it was larger than the queue, the process ended, or export was off. */
export type ExportDropReason = 'queue_full' | 'too_large' | 'stopped' | 'off';

/**
 * One export of one signal, in spans, data points or log records since start: accepted + adopted = sent + rejected + failed + dropped + queued +
 * stored.
 */
export interface ExportFacts {
  readonly signal: Signal;
  /** With credentials removed; `console` or `file` for one that stays here. */
  readonly endpoint: string;
  /** To an OTLP receiver. */
  readonly isRemote: boolean;
  readonly isOn: boolean;
  readonly accepted: number;
  readonly sent: number;
  /** Refused by a receiver that accepted the rest of the export. */
  readonly rejected: number;
  /** Refused for good: a repetition would be refused, too. */
  readonly failed: number;
  readonly queued: number;
  readonly dropped: number;
  readonly droppedBy: Readonly<Record<ExportDropReason, number>>;
  readonly queue: { readonly bytes: number; readonly maxItems: number; readonly maxBytes: number };
  /** What waits on disk, and how fast it follows when the receiver answers again. Undefined if this export stores nothing. */
  readonly stored: (StoredFacts & { readonly maxItemsPerSecond: number }) | undefined;
  readonly lastError: { readonly atMillis: number; readonly message: string } | undefined;
  readonly lastSuccessMillis: number | undefined;
  /** Undefined while the last export succeeded. */
  readonly failingSinceMillis: number | undefined;
  /** When the next export is tried. Undefined without a pause. */
  readonly pausedUntilMillis: number | undefined;
}

/** Outcome of a test: one item sent to a receiver. */
export interface ExportTest {
  readonly signal: Signal;
  readonly endpoint: string;
  readonly millis: number;
  /** One sentence. Undefined if the receiver accepted it. */
  readonly fault: string | undefined;
  /** Of the test span. */
  readonly traceId: string | undefined;
}

/** All exports of the process. */
export interface ExportControl {
  /** Those to receivers first. */
  facts(): readonly ExportFacts[];
  /** Switches those to receivers. */
  switch(isOn: boolean): void;
  /** Sends one item to each receiver. Never rejects. */
  test(): Promise<readonly ExportTest[]>;
}
