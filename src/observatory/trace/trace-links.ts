/** A link that shows one trace to anyone who has it. The token itself is not kept. */
export interface TraceLink {
  readonly id: number;
  readonly traceId: string;
  readonly createdAtMillis: number;
  readonly expiresAtMillis: number;
}

/** Links to traces, kept by the app. Errors of its database pass through. */
export interface TraceLinks {
  /** Returns the token of a new link; undefined if there are too many. */
  create(traceId: string): string | undefined;
  /** The trace that a token shows; undefined if it is unknown, expired or revoked. */
  find(token: string): { readonly traceId: string; readonly expiresAtMillis: number } | undefined;
  /** Links that open, newest first. */
  list(): readonly TraceLink[];
  /** Returns false if there is no such link. */
  revoke(id: number): boolean;
}
