import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Attributes } from '@opentelemetry/api';
import { type RPCMetadata, RPCType } from '@opentelemetry/core';
import { type AskedAddress, partsOf, referringPage } from '../spans/asked-address.ts';
import type { KnownOperation, SpanSoFar } from '../spans/known-operation.ts';
import { requestLabels } from '../spans/metric-labels.ts';
import {
  NO_STATUS,
  answerNanosOf,
  httpSeries,
  isClientError,
  isCutShort,
  type RequestTimes,
  slownessOf,
  UNKNOWN_PATHS,
} from '../spans/operation-type.ts';
import {
  ATTR_ADDRESS_UNKNOWN,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_OPERATION_WAIT,
  ATTR_HTTP_ROUTE,
} from '../base/semconv.ts';
import type { ActiveCount } from './active-requests.ts';
import type { HttpOutcome } from './http-outcome.ts';
import {
  clientAddressOf,
  type ClientRules,
  type RequestWords,
  requestAttributes,
  schemeOf,
} from './http-request-attributes.ts';
import { addResponseAttributes, describeOutcome, describeResponse } from './http-response-attributes.ts';
import { knownMethod } from './request-route.ts';
import type { RecordingSpan } from '../spans/span.ts';
import type { LazyAttributes } from '../spans/span-source.ts';
import { ResponseWatch, type ResponseWatchSource } from './response-watch.ts';

/** The object, and its twenty attributes without their texts. */
const REQUEST_BYTES = 1000;

/** The head of a request and its connection. */
export type RequestHead = Pick<IncomingMessage, 'headers' | 'method' | 'url' | 'httpVersion' | 'socket'>;

/** Facts shared by all requests of a connection; the socket's getters are expensive. */
class Peer {
  readonly address: string | undefined;
  readonly port: number | undefined;
  readonly isEncrypted: boolean;
  readonly clients: ClientRules;

  constructor(socket: Socket, clients: ClientRules) {
    this.clients = clients;
    this.address = socket.remoteAddress;
    this.port = socket.remotePort;
    this.isEncrypted = (socket as Partial<TLSSocket>).encrypted === true;
  }
}

const PEER = Symbol('peer');

/**
 * Everything about one incoming request, in one object because each request creates one: the facts that its operations look up, the response watch,
 * and the strings its attributes are built from on first access. It outlives the request and holds nothing of it but strings.
 */
export class IncomingRequest
  extends ResponseWatch
  implements RPCMetadata, RequestWords, LazyAttributes, AskedAddress
{
  // Declared, not defined: a defined field is written twice.
  declare readonly type: RPCType.HTTP;
  /** Set right after construction, because the span needs the request first. */
  declare span: RecordingSpan;
  /** Counts it until its end. */
  declare active: ActiveCount | undefined;
  /** Where OpenTelemetry instrumentations of routers store the route. */
  declare route?: string;
  declare outcome: HttpOutcome | undefined;
  /** 0 if the request started on arrival. */
  declare readonly waitNanos: number;
  declare readonly verb: string;
  declare readonly target: string;
  declare readonly httpVersion: string;
  declare readonly host: string | undefined;
  declare readonly userAgent: string | undefined;
  declare readonly referrer: string | undefined;
  declare readonly requestId: string | string[] | undefined;
  declare readonly forwarded: string | undefined;
  declare readonly forwardedFor: string | string[] | undefined;
  declare readonly forwardedHost: string | string[] | undefined;
  declare readonly forwardedProto: string | string[] | undefined;
  declare private readonly peer: Peer;

  constructor(
    source: ResponseWatchSource,
    startNanos: number,
    request: RequestHead,
    clients: ClientRules,
    waitNanos = 0,
  ) {
    super(source, startNanos);
    this.waitNanos = waitNanos;
    this.type = RPCType.HTTP;
    this.outcome = undefined;
    this.active = undefined;
    const { headers } = request;
    const socket = request.socket as Socket & { [PEER]?: Peer };
    this.verb = request.method ?? 'GET';
    this.target = request.url ?? '/';
    this.httpVersion = request.httpVersion;
    this.host = headers.host;
    this.userAgent = headers['user-agent'];
    this.referrer = headers.referer;
    this.requestId = headers['x-request-id'];
    this.forwarded = headers.forwarded;
    this.forwardedFor = headers['x-forwarded-for'];
    this.forwardedHost = headers['x-forwarded-host'];
    this.forwardedProto = headers['x-forwarded-proto'];
    this.peer = socket[PEER] ??= new Peer(socket, clients);
  }

  get method(): string {
    return knownMethod(this.verb);
  }
  get peerAddress(): string | undefined {
    return this.peer.address;
  }
  get peerPort(): number | undefined {
    return this.peer.port;
  }
  get isEncrypted(): boolean {
    return this.peer.isEncrypted;
  }
  get clients(): ClientRules {
    return this.peer.clients;
  }
  get askedPath(): string {
    return partsOf(this.target).path;
  }
  get askedFrom(): string | undefined {
    return referringPage(this.referrer, this.host);
  }
  get askedBy(): string | undefined {
    return clientAddressOf(this);
  }

  callerSeries(span: SpanSoFar): string | undefined {
    if (span.setSinceStart(ATTR_ADDRESS_UNKNOWN) === true) return UNKNOWN_PATHS;
    const route = span.setSinceStart(ATTR_HTTP_ROUTE);
    return typeof route === 'string' && route !== '' ? httpSeries(this.method, route) : undefined;
  }

  /** If the app set attributes itself, they have to be read. */
  knownOperation(span: SpanSoFar): KnownOperation | undefined {
    const { outcome } = this;
    if (outcome === undefined || span.setSinceStart(ATTR_HTTP_REQUEST_METHOD) !== undefined) return undefined;
    const { statusCode = NO_STATUS } = outcome;
    const times: RequestTimes = {
      outcome: outcome.outcome,
      durationNanos: span.durationNanos,
      firstByteNanos: outcome.timeToFirstByteNanos,
      isEventStream: outcome.eventStream !== undefined,
    };
    return {
      type: 'http',
      series: this.callerSeries(span) ?? UNKNOWN_PATHS,
      slownessNanos: slownessOf(times),
      answerNanos: answerNanosOf(times),
      errorType: outcome.errorType,
      labels: requestLabels(this.method, schemeOf(this), this.httpVersion),
      clientError: isClientError(statusCode),
      aborted: isCutShort(outcome.outcome),
      statusCode,
      waitNanos: this.waitNanos > 0 ? this.waitNanos : undefined,
      asked: this,
    };
  }

  get heldBytes(): number {
    const { target, host, userAgent, referrer, requestId, forwarded } = this;
    return (
      REQUEST_BYTES +
      2 * (target.length + lengthOf(host) + lengthOf(userAgent) + lengthOf(referrer)) +
      2 * (lengthOf(requestId) + lengthOf(forwarded)) +
      2 * (lengthOf(this.forwardedFor) + lengthOf(this.forwardedHost) + lengthOf(this.forwardedProto))
    );
  }

  startAttributes(): Attributes {
    const attributes = requestAttributes(this);
    if (this.waitNanos > 0) attributes[ATTR_OPERATION_WAIT] = this.waitNanos / 1e9;
    return attributes;
  }

  addEndAttributes(attributes: Attributes): void {
    if (this.outcome !== undefined) addResponseAttributes(attributes, this.outcome);
  }

  /** For a response that is not a `ServerResponse`. */
  endWith(outcome: HttpOutcome, error: unknown): void {
    try {
      this.outcome = outcome;
      describeOutcome(this.span, this.verb, this.route, outcome, error);
    } finally {
      this.#end();
    }
  }

  onClose(response: ServerResponse): void {
    try {
      this.outcome = describeResponse(this.span, response, this);
    } finally {
      this.#end();
    }
  }

  #end(): void {
    this.active?.end(this);
    this.span.end();
  }
}

function lengthOf(words: string | readonly string[] | undefined): number {
  if (words === undefined) return 0;
  return typeof words === 'string' ? words.length : words.reduce((sum, { length }) => sum + length, 0);
}
