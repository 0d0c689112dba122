import type { Signal } from '../base/export-storage.ts';
import { lengthDelimited, messageFields } from './protobuf-fields.ts';

/** The first spans, metrics or log records of an OTLP request, as a request of their own. */
export interface FirstPart {
  readonly body: Uint8Array;
  /** Spans, data points or log records in it. */
  readonly items: number;
  /** A metric with all its points is one element; so is every span and log record. */
  readonly elements: number;
  /** Everything else; undefined if that is nothing. */
  readonly rest: Uint8Array | undefined;
}

/**
 * Splits off as many elements as have at most `maxItems` items, but at least one. Both parts repeat the resource and scopes of their elements.
 * @param mediaType `application/json`, or protobuf. Throws RangeError or SyntaxError for what is no OTLP request.
 */
export function firstPart(
  body: Uint8Array,
  mediaType: string,
  signal: Signal,
  maxItems: number,
): FirstPart | undefined {
  const room = new Room(maxItems);
  const isJson = mediaType === 'application/json';
  const { first, rest } = isJson
    ? encoded(divide(jsonTree(signal), JSON.parse(new TextDecoder().decode(body)), 0, room))
    : divide(protobufTree(signal), body, 0, room);
  return first && { body: first, items: room.items, elements: room.elements, rest };
}

/** Elements are taken in their order until one does not fit. */
class Room {
  readonly #maxItems: number;
  #isFull = false;
  items = 0;
  elements = 0;

  constructor(maxItems: number) {
    this.#maxItems = maxItems;
  }

  takes(items: number): boolean {
    this.#isFull ||= this.elements > 0 && this.items + items > this.#maxItems;
    if (this.#isFull) return false;
    this.items += items;
    this.elements++;
    return true;
  }
}

/** Nodes by depth: the request, its resources, their scopes, their elements. */
interface Tree<Node> {
  children(node: Node, depth: number): readonly Node[];
  /** The node with these children alone. */
  withChildren(node: Node, depth: number, children: readonly Node[]): Node;
  /** Spans, data points or log records in an element. */
  itemsOf(element: Node): number;
}

interface Divided<Node> {
  readonly first: Node | undefined;
  readonly rest: Node | undefined;
}

const ELEMENT_DEPTH = 3;

function divide<Node>(tree: Tree<Node>, node: Node, depth: number, room: Room): Divided<Node> {
  if (depth === ELEMENT_DEPTH)
    return room.takes(tree.itemsOf(node))
      ? { first: node, rest: undefined }
      : { first: undefined, rest: node };
  const parts = tree.children(node, depth).map((child) => divide(tree, child, depth + 1, room));
  const withAll = (children: readonly (Node | undefined)[]): Node | undefined => {
    const present = children.filter((child) => child !== undefined);
    return present.length === 0 ? undefined : tree.withChildren(node, depth, present);
  };
  return { first: withAll(parts.map(({ first }) => first)), rest: withAll(parts.map(({ rest }) => rest)) };
}

/** Field numbers of opentelemetry-proto, the same for each signal: resources in a request, scopes in a resource, elements in a scope. */
const PATH = [1, 2, 2];
/** Of Metric: gauge, sum, histogram, exponential_histogram, summary; in each of them the data points. */
const KINDS_OF_METRIC: readonly number[] = [5, 7, 9, 10, 11];
const DATA_POINTS = 1;

function protobufTree(signal: Signal): Tree<Uint8Array> {
  const bodies = (message: Uint8Array, isWanted: (number: number) => boolean): Uint8Array[] =>
    messageFields(message).flatMap(({ number, body }) =>
      body !== undefined && isWanted(number) ? [body] : [],
    );
  return {
    children: (message, depth) => bodies(message, (number) => number === PATH[depth]),
    withChildren: (message, depth, children) =>
      Buffer.concat([
        ...messageFields(message)
          .filter(({ number }) => number !== PATH[depth])
          .map(({ raw }) => raw),
        ...children.map((child) => lengthDelimited(PATH[depth]!, child)),
      ]),
    itemsOf: (element) =>
      signal === 'metrics'
        ? bodies(element, (number) => KINDS_OF_METRIC.includes(number)).flatMap((points) =>
            bodies(points, (number) => number === DATA_POINTS),
          ).length
        : 1,
  };
}

const KEYS: Readonly<Record<Signal, readonly [string, string, string]>> = {
  traces: ['resourceSpans', 'scopeSpans', 'spans'],
  metrics: ['resourceMetrics', 'scopeMetrics', 'metrics'],
  logs: ['resourceLogs', 'scopeLogs', 'logRecords'],
};

function jsonTree(signal: Signal): Tree<unknown> {
  return {
    children: (node, depth) => listIn(node, KEYS[signal][depth]!),
    withChildren: (node, depth, children) => ({ ...Object(node), [KEYS[signal][depth]!]: children }),
    itemsOf: (element) =>
      signal === 'metrics'
        ? Object.values(Object(element)).reduce(
            (sum: number, kind) => sum + listIn(kind, 'dataPoints').length,
            0,
          )
        : 1,
  };
}

function listIn(node: unknown, key: string): readonly unknown[] {
  const found: unknown = Object(node)[key];
  return Array.isArray(found) ? found : [];
}

function encoded({ first, rest }: Divided<unknown>): Divided<Uint8Array> {
  const encode = (value: unknown): Uint8Array | undefined =>
    value === undefined ? undefined : new TextEncoder().encode(JSON.stringify(value));
  return { first: encode(first), rest: encode(rest) };
}
