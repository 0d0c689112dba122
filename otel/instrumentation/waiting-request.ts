/**
 * The contract with a server that keeps pipelined requests of a connection waiting until those before are answered. A wait behind others of
 * the same connection is its client's choice, so the span of such a request begins at its turn, and tells the wait as `http.request.wait`.
 *
 * While a request that arrives would wait, the server keeps `socket[WAITS_FOR_TURN]` true. When the turn of one has come, it publishes
 * `{ request, response }` to the diagnostics channel of this name, right before it hands them to the app, in a callback of its own: the
 * context of the request is entered for the rest of that callback. Who does neither has spans that begin when requests arrive.
 */
export const REQUEST_TURN_CHANNEL = 'telemetry.http.request.turn';
/** On a socket: true while a request that arrives there would wait. */
export const WAITS_FOR_TURN = Symbol.for('telemetry.http.waits-for-turn');
