import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { noteMissingFeature } from './node-features.ts';

/** Answers that nobody watches, before a request was published: these may be to requests of before. After so many, none is published. */
const MAX_UNSEEN = 100;
let unseen = 0;
/** Also where nobody waits for one. */
let isStartSeen = true;

/** From now on node publishes a request before it is answered. */
export function expectRequestStarts(): void {
  isStartSeen = false;
}

export function noteRequestStart(): void {
  isStartSeen = true;
}

/** On a node that publishes no requests, all answers go by like this. */
export function noteUnwatchedAnswer({ req, socket }: ServerResponse): void {
  if (isStartSeen) return;
  // Apps make responses of their own for tests and for other protocols.
  if (!(socket instanceof Socket) || req.socket !== socket || ++unseen < MAX_UNSEEN) return;
  isStartSeen = true;
  noteMissingFeature('channel http.server.request.start', 'incoming requests have no spans');
}
