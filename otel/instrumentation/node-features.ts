import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { MissingNodeFeature } from '../query.ts';

/** The parts of Node that are checked; replaced in tests. */
export interface NodeParts {
  readonly AsyncLocalStorage: { readonly prototype: object };
  readonly EventEmitter: new () => EventEmitter;
  readonly IncomingMessage: new (socket: Socket) => IncomingMessage;
  readonly ServerResponse: new (request: IncomingMessage) => ServerResponse;
  readonly Socket: { readonly prototype: object };
}

interface Feature extends MissingNodeFeature {
  isIn(node: NodeParts): boolean;
}

/** Every private, patched or experimental part of Node that the kit uses and that can be checked without a request. */
const FEATURES: readonly Feature[] = [
  {
    name: 'AsyncLocalStorage.prototype.enterWith',
    consequence: 'incoming requests have no spans',
    isIn: (node) => 'enterWith' in node.AsyncLocalStorage.prototype,
  },
  {
    name: 'ServerResponse.prototype.write, end, flushHeaders',
    consequence: 'responses have no size and no time to first byte',
    isIn: ({ ServerResponse: { prototype } }) =>
      [prototype.write, prototype.end, prototype.flushHeaders].every(
        (method) => typeof method === 'function',
      ),
  },
  {
    name: 'ServerResponse: event socket',
    consequence: 'a response that was queued behind another and broke off has no status',
    isIn: (node) => assigned(node).hasSocketEvent,
  },
  {
    name: 'ServerResponse: _header',
    consequence:
      'the size of a response that broke off includes its head, and event streams are slow by their duration',
    isIn: (node) => assigned(node).head?.startsWith('HTTP/1.1 200') === true,
  },
  {
    name: 'Socket: _httpMessage',
    consequence: 'on Node 22, a request that is queued behind a client that left is not counted',
    isIn: (node) => assigned(node).isMarked,
  },
  {
    name: 'Socket: _bytesDispatched',
    consequence: 'the size of a response that broke off excludes what the system was about to accept',
    isIn: (node) => '_bytesDispatched' in node.Socket.prototype,
  },
  {
    name: 'EventEmitter: listener of a listener',
    consequence: 'a listener of a request that is removed stays',
    isIn: (node) => {
      const emitter = new node.EventEmitter();
      const listener = (): void => {};
      emitter.on(
        'x',
        Object.assign(() => {}, { listener }),
      );
      return emitter.removeListener('x', listener).listenerCount('x') === 0;
    },
  },
];

/** A response with a socket that has written its head; nothing is sent. */
function assigned({ IncomingMessage: Request, ServerResponse: Response }: NodeParts): {
  readonly hasSocketEvent: boolean;
  readonly isMarked: boolean;
  readonly head: string | undefined;
} {
  const socket: Socket & { readonly _httpMessage?: unknown } = new Socket();
  const request = new Request(socket);
  Object.assign(request, { method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1 });
  const response = new Response(request) as ServerResponse & { readonly _header?: string };
  let hasSocketEvent = false;
  response.once('socket', () => (hasSocketEvent = true));
  response.assignSocket(socket);
  response.writeHead(200);
  return { hasSocketEvent, isMarked: socket._httpMessage === response, head: response._header };
}

/** Features that `node` lacks; one whose check throws counts as missing. */
export function missingIn(node: NodeParts): readonly MissingNodeFeature[] {
  const isThere = (feature: Feature): boolean => {
    try {
      return feature.isIn(node);
    } catch {
      return false;
    }
  };
  return FEATURES.filter((feature) => !isThere(feature)).map(({ name, consequence }) => ({
    name,
    consequence,
  }));
}

/** Features found missing in this process; those that only a request reveals are added later. */
const missing = new Map<string, MissingNodeFeature>();
let warn: (message: string) => void = () => {};

/** Checks this Node and logs one line about what is missing, now and for each feature found missing later. */
export function checkNodeFeatures(
  log: (message: string) => void,
  node: NodeParts = { AsyncLocalStorage, EventEmitter, IncomingMessage, ServerResponse, Socket },
): void {
  warn = log;
  const found = missingIn(node);
  for (const feature of found) missing.set(feature.name, feature);
  if (found.length > 0) warn(lineOf(found));
}

/** For features that are only found missing while requests are served. */
export function noteMissingFeature(name: string, consequence: string): void {
  if (missing.has(name)) return;
  missing.set(name, { name, consequence });
  warn(lineOf([{ name, consequence }]));
}

export function missingNodeFeatures(): readonly MissingNodeFeature[] {
  return [...missing.values()];
}

function lineOf(features: readonly MissingNodeFeature[]): string {
  const list = features.map(({ name, consequence }) => `${name} (${consequence})`).join('; ');
  return `telemetry: Node ${process.version} lacks features that telemetry uses: ${list}. METRICS_SPANS=stock works without them`;
}
