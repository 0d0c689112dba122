import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { noteMissingFeature } from './node-features.ts';

/** Unwatched responses before the first published request may belong to earlier requests. After this many, Node publishes none. */
const MAX_UNSEEN = 100;
let unseen = 0;
/** True also if nobody expects one. */
let isStartSeen = true;

/** Expects Node to publish each request before its response from now on. */
export function expectRequestStarts(): void {
  isStartSeen = false;
}

export function noteRequestStart(): void {
  isStartSeen = true;
}

/** On a Node version that publishes no requests, every response ends up here. */
export function noteUnwatchedAnswer({ req, socket }: ServerResponse): void {
  if (isStartSeen) return;
  // Apps construct responses for tests and other protocols.
  if (!(socket instanceof Socket) || req.socket !== socket || ++unseen < MAX_UNSEEN) return;
  isStartSeen = true;
  noteMissingFeature('channel http.server.request.start', 'incoming requests have no spans');
}
