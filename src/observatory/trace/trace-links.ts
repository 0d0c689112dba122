/** A link that shows one trace to anyone who has it. The token itself is not kept. */
export interface TraceLink {
  readonly id: number;
  readonly traceId: string;
  readonly createdAtMillis: number;
  readonly expiresAtMillis: number;
}

/** Links to traces, kept by the app. Errors of its database pass through. */
export interface TraceLinks {
  /** Returns the token of a new link; undefined if there are too many. @param pins The trace was pinned for it. */
  create(traceId: string, pins: boolean): string | undefined;
  /** The trace that a token shows; undefined if it is unknown, expired or revoked. */
  find(token: string): { readonly traceId: string; readonly expiresAtMillis: number } | undefined;
  /** Links that open, newest first. */
  list(): readonly TraceLink[];
  /** Ends a link; returns its trace if it was pinned for it, and for no other link that is left. */
  revoke(id: number): readonly string[];
  /** The same for those that have expired. */
  expire(): readonly string[];
}
