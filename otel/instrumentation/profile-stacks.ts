import type { Profiler } from 'node:inspector';
import type { StallFrame } from '../base/stall.ts';

const IDLE = '(idle)';
const ROOT = '(root)';
const ORIGINS = ['app', 'package', 'kit', 'node'] as const;

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
 * Which frame of a stack caused what it did: the innermost function of the app, of a package if there is none, and so on; so native code counts for
 * its caller. -1 for an empty stack.
 */
export function causeIndex(stack: readonly StallFrame[]): number {
  const origin = ORIGINS.find((each) => stack.some((frame) => frame.origin === each));
  return stack.findLastIndex((frame) => frame.origin === origin);
}

/** Equal for frames of one place. */
export function frameKey({ name, location = '' }: StallFrame): string {
  return `${name} ${location}`;
}
