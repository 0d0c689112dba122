import type { AlertMessage } from './alert-message.ts';

/** The result of one attempt, in words for the owner. */
export interface Attempt {
  readonly outcome: 'sent' | 'failed' | 'refused';
  /** `answered 204`, `no answer within 10 s`. */
  readonly result: string;
  /** The receiver asks to wait so long before the next attempt. */
  readonly retryAfterMillis?: number | undefined;
}

/** Where alerts are sent. */
export interface Receiver {
  readonly name: 'webhook' | 'e-mail';
  /** For the page, without secrets: `webhook at hooks.example`. */
  readonly words: string;
  /**
   * Sends a message once. `failed` is tried again with the same id, `refused` is not. Never rejects.
   * @param signal Ends the attempt when the blog stops.
   */
  send(message: AlertMessage, signal: AbortSignal): Promise<Attempt>;
}

/** Of the whole attempt: resolving, connecting, sending, answering. */
export const MAX_ATTEMPT_MILLIS = 10_000;
