import type { ExportDropReason, ExportFacts } from '../base/export-facts.ts';
import type { Signal } from '../base/export-storage.ts';
import { sumOf } from '../base/sum-of.ts';
import { withoutCredentials } from '../settings/otlp-target.ts';
import { failedOf, RejectedItems } from './delivery.ts';

/** Enough for a sentence; a third-party exporter may fail with a page. */
const MAX_MESSAGE_LENGTH = 300;

/**
 * Counts of one pipeline, in spans, data points or log records: accepted + adopted = sent + rejected + failed + dropped + queued + stored. What an
 * earlier process stored is adopted when this one starts.
 */
export class ExportBooks {
  readonly endpoint: string;
  readonly #signal: Signal;
  readonly #now: () => number;
  readonly #dropped: Record<ExportDropReason, number> = { queue_full: 0, too_large: 0, stopped: 0, off: 0 };
  #accepted = 0;
  #sent = 0;
  #rejected = 0;
  #failed = 0;
  #lastError: ExportFacts['lastError'];
  #lastSuccessMillis: number | undefined;
  #failingSinceMillis: number | undefined;

  /** `endpoint` may contain credentials; they are not stored. */
  constructor(signal: Signal, endpoint: string, now: () => number) {
    this.#signal = signal;
    this.endpoint = withoutCredentials(endpoint);
    this.#now = now;
  }

  /** Undefined while the last export succeeded. */
  get failingSinceMillis(): number | undefined {
    return this.#failingSinceMillis;
  }

  /** Rejected, failed and dropped. */
  get lost(): number {
    return this.#rejected + this.#failed + sumOf(this.#dropped);
  }

  countAccepted(items: number): void {
    this.#accepted += items;
  }

  /** The cause of an export that fails stays visible; a full queue is one only while nothing has failed. */
  countDropped(items: number, reason: ExportDropReason): void {
    this.#dropped[reason] += items;
    if (items > 0 && reason === 'queue_full' && this.#failingSinceMillis === undefined)
      this.noteError('the queue is full and drops its oldest items: the receiver is slower than the app');
  }

  /** Counts an export that has ended for good: sent, rejected in part, or failed. */
  countEnded(items: number, error?: unknown): void {
    const lost = failedOf(error, items);
    this.#sent += items - lost;
    if (error instanceof RejectedItems) this.#rejected += lost;
    else this.#failed += lost;
    if (error !== undefined) this.noteError(error);
    if (error !== undefined && !(error instanceof RejectedItems)) return;
    this.#lastSuccessMillis = this.#now();
    this.#failingSinceMillis = undefined;
  }

  /** Notes a failure; what it did not deliver is counted elsewhere, or waits. */
  noteError(error: unknown): void {
    const atMillis = this.#now();
    this.#lastError = { atMillis, message: describeError(error) };
    if (!(error instanceof RejectedItems)) this.#failingSinceMillis ??= atMillis;
  }

  facts(): Pick<
    ExportFacts,
    | 'signal'
    | 'endpoint'
    | 'accepted'
    | 'sent'
    | 'rejected'
    | 'failed'
    | 'dropped'
    | 'droppedBy'
    | 'lastError'
    | 'lastSuccessMillis'
    | 'failingSinceMillis'
  > {
    return {
      signal: this.#signal,
      endpoint: this.endpoint,
      accepted: this.#accepted,
      sent: this.#sent,
      rejected: this.#rejected,
      failed: this.#failed,
      dropped: sumOf(this.#dropped),
      droppedBy: { ...this.#dropped },
      lastError: this.#lastError,
      lastSuccessMillis: this.#lastSuccessMillis,
      failingSinceMillis: this.#failingSinceMillis,
    };
  }
}

/** Describes an export failure in one line, without credentials. */
export function describeError(error: unknown): string {
  const message = rawMessage(error)
    .replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^\s/?#@]*@/gi, '$1')
    .replaceAll(/([?&][^\s=&]*=)[^\s&]*/g, '$1…')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return message.length > MAX_MESSAGE_LENGTH ? `${message.slice(0, MAX_MESSAGE_LENGTH)}…` : message;
}

function rawMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // localhost with two addresses fails as an AggregateError with an empty message.
  if (error instanceof AggregateError && error.message === '')
    return error.errors.map(rawMessage).join('; ') || 'connection failed';
  return error.message || error.name;
}
