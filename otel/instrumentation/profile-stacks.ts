import type { Profiler } from 'node:inspector';
import type { StallFrame } from '../base/stall.ts';

const IDLE = '(idle)';
const ROOT = '(root)';
/** The kit's function for work outside of every trace. */
const UNTRACED = 'untraced';
/** Packages that do nothing but call the next function. */
const PASSES_ON =
  /(?:^|\/)node_modules\/(?:@opentelemetry\/(?:api|context-async-hooks)|@koa\/router|koa-router|koa-compose|koa-mount|router)\//;
/** Of the kit, what keeps the context for functions that it calls, or measures them. */
const WRAPS =
  /(?:^|\/)(?:context-manager|untraced|cost-meter|database-observer|(?:database|statement|transaction|iterator)-wrapper)\.[cm]?[jt]s:/;

/** Stacks of a profile by its nodes, each read once. */
export class ProfileStacks {
  readonly #byId: ReadonlyMap<number, Profiler.ProfileNode>;
  readonly #parents: ReadonlyMap<number, number>;
  readonly #frameOf: (node: Profiler.ProfileNode, isInnermost: boolean) => StallFrame | undefined;
  readonly #known = new Map<number, readonly StallFrame[] | undefined>();

  /** @param frameOf Undefined for a node to leave out. */
  constructor(
    { nodes }: Profiler.Profile,
    frameOf: (node: Profiler.ProfileNode, isInnermost: boolean) => StallFrame | undefined,
  ) {
    this.#byId = new Map(nodes.map((node) => [node.id, node]));
    this.#parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id])));
    this.#frameOf = frameOf;
  }

  /** From the outermost function to the innermost; undefined for idling. */
  of(id: number): readonly StallFrame[] | undefined {
    if (!this.#known.has(id)) this.#known.set(id, this.#read(id));
    return this.#known.get(id);
  }

  #read(leaf: number): readonly StallFrame[] | undefined {
    const frames: StallFrame[] = [];
    for (let id: number | undefined = leaf; id !== undefined; id = this.#parents.get(id)) {
      const node = this.#byId.get(id);
      if (node === undefined) break;
      const { functionName } = node.callFrame;
      if (functionName === IDLE) return undefined;
      const frame = functionName === ROOT ? undefined : this.#frameOf(node, id === leaf);
      if (frame !== undefined) frames.push(frame);
    }
    return frames.toReversed();
  }
}

/**
 * Which frame of a stack caused what it did: the innermost function of the app, of a package if there is none, of telemetry, and so on; so native code
 * counts for its caller. What only calls the next function is no cause of what that does, and packages that telemetry calls work for telemetry.
 * -1 for an empty stack.
 */
export function causeIndex(stack: readonly StallFrame[]): number {
  const isTelemetry = stack.some(isUntraced);
  for (const isCause of CAUSES) {
    const at = stack.findLastIndex((frame) => isCause(frame, isTelemetry));
    if (at >= 0) return at;
  }
  return stack.length - 1;
}

/** The first that any frame is. */
const CAUSES: readonly ((frame: StallFrame, isTelemetry: boolean) => boolean)[] = [
  ({ origin }) => origin === 'app',
  (frame, isTelemetry) => !isTelemetry && frame.origin === 'package' && !passesOn(frame),
  (frame) => frame.origin === 'kit' && !passesOn(frame),
  ({ origin }) => origin === 'package' || origin === 'kit',
];

function passesOn({ location = '', origin }: StallFrame): boolean {
  return PASSES_ON.test(location) || (origin === 'kit' && WRAPS.test(location));
}

/** True for the kit's function below which all is outside of every trace. */
export function isUntraced({ name, origin }: StallFrame): boolean {
  return name === UNTRACED && origin === 'kit';
}

/** Equal for frames of one place. */
export function frameKey({ name, location = '' }: StallFrame): string {
  return `${name} ${location}`;
}
