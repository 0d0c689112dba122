/** A partly accepted export: `rejected` of its items are lost, the others were sent. */
export class RejectedItems extends Error {
  readonly rejected: number;

  constructor(rejected: number, items: string, reason: string) {
    super(`the receiver rejected ${rejected} ${items}${reason === '' ? '' : `: ${reason}`}`);
    this.name = 'RejectedItems';
    this.rejected = rejected;
  }
}

/** An export that did not arrive. The message is one sentence for the owner: what was found, and what to do. */
export class ExportFailure extends Error {
  /** `error.type` of the metrics: a status, a code of the system, or a word. */
  readonly errorType: string;
  /** The same items may be accepted later. */
  readonly isRetryable: boolean;
  /** The receiver may accept the same items in smaller exports. */
  readonly isTooLarge: boolean;
  /** How long the receiver asks to wait; undefined if it did not say. */
  readonly retryAfterMillis: number | undefined;

  constructor(
    message: string,
    facts: {
      readonly errorType: string;
      readonly isRetryable?: boolean;
      readonly isTooLarge?: boolean;
      readonly retryAfterMillis?: number | undefined;
      readonly cause?: unknown;
    },
  ) {
    super(message, { cause: facts.cause });
    this.name = 'ExportFailure';
    this.errorType = facts.errorType;
    this.isRetryable = facts.isRetryable ?? false;
    this.isTooLarge = facts.isTooLarge ?? false;
    this.retryAfterMillis = facts.retryAfterMillis;
  }
}

/** Number of items that did not arrive: all, unless the receiver states how many it accepted. */
export function failedOf(error: unknown, items: number): number {
  if (error === undefined) return 0;
  return error instanceof RejectedItems ? Math.min(error.rejected, items) : items;
}

/** `error.type` of an export: the status, the system's code, or the error's class. */
export function errorTypeOf(error: unknown): string {
  if (error instanceof RejectedItems) return 'rejected';
  if (error instanceof ExportFailure) return error.errorType;
  if (!(error instanceof Error)) return '_OTHER';
  const code = 'code' in error ? error.code : undefined;
  if (typeof code === 'number' || (typeof code === 'string' && code !== '')) return String(code);
  return error.name;
}

/** The same items may be accepted later. */
export function isRetryable(error: unknown): boolean {
  return error instanceof ExportFailure && error.isRetryable;
}

/** The receiver may accept the same items in smaller exports. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof ExportFailure && error.isTooLarge;
}
