/**
 * Contract with a server that queues pipelined requests of a connection until the earlier ones are answered. Waiting behind others on its own
 * connection is the client's choice, so the span of such a request starts at its turn and records the wait as `operation.wait`.
 *
 * While an arriving request would have to wait, the server keeps `socket[WAITS_FOR_TURN]` true. At a request's turn, it publishes `{ request,
 * response }` to the diagnostics channel of this name, right before it passes them to the app, in a callback of its own: the request's context is
 * entered for the rest of that callback. Without this, spans start when requests arrive.
 */
export const REQUEST_TURN_CHANNEL = 'telemetry.http.request.turn';
/** Property of a socket: true while a request that arrives there would wait. */
export const WAITS_FOR_TURN = Symbol.for('telemetry.http.waits-for-turn');
