import type { ExportFacts } from '../query.ts';
import { withoutCredentials } from '../settings/otlp-target.ts';

/** Enough for a sentence; a receiver may answer with a page. */
const MAX_MESSAGE_LENGTH = 300;

/** Counts of spans queued for export: accepted = sent + failed + dropped + queued. */
export class ExportHealth {
  readonly #endpoint: string;
  readonly #now: () => number;
  #sent = 0;
  #failed = 0;
  #dropped = 0;
  #lastError: ExportFacts['lastError'];
  #lastSuccessMillis: number | undefined;

  /** `endpoint` may contain credentials; they are not stored. */
  constructor(endpoint: string, now: () => number) {
    this.#endpoint = withoutCredentials(endpoint);
    this.#now = now;
  }

  countSent(spans: number): void {
    this.#sent += spans;
    this.#lastSuccessMillis = this.#now();
  }

  countFailed(spans: number, error: unknown): void {
    this.#failed += spans;
    this.noteError(error);
  }

  /** Counts spans dropped by a full queue, an error of its own: the export that blocks it may last as long as its timeout. */
  countOverflow(spans: number): void {
    if (spans === 0) return;
    this.countDropped(spans);
    this.noteError('the queue is full and drops its oldest spans: the receiver is slower than the app');
  }

  /** Counts spans that never reached the exporter: the queue was full, or the process ended. */
  countDropped(spans: number): void {
    this.#dropped += spans;
  }

  noteError(error: unknown): void {
    this.#lastError = { atMillis: this.#now(), message: describeError(error) };
  }

  facts(queued: number): ExportFacts {
    return {
      configured: true,
      endpoint: this.#endpoint,
      sent: this.#sent,
      failed: this.#failed,
      queued,
      dropped: this.#dropped,
      lastError: this.#lastError,
      lastSuccessMillis: this.#lastSuccessMillis,
    };
  }
}

/** The facts without an endpoint. */
export const NO_EXPORT: ExportFacts = Object.freeze({
  configured: false,
  endpoint: undefined,
  sent: 0,
  failed: 0,
  queued: 0,
  dropped: 0,
  lastError: undefined,
  lastSuccessMillis: undefined,
});

/** Describes an export failure in one line, with the HTTP status if there is one and without credentials. */
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
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map(rawMessage).join('; ') || 'connection failed';
  }
  const code = 'code' in error && typeof error.code === 'number' ? `HTTP ${error.code} ` : '';
  const text = `${code}${error.message}` || error.name;
  return text.includes('retryable status') ? 'the receiver is overloaded (HTTP 429, 502, 503 or 504)' : text;
}
