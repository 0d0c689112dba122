import type { HeapProfiler } from 'node:inspector';
import type { HeapFunction, HeapSummary } from '../base/heap-profile-facts.ts';
import type { StallFrame } from '../base/stall.ts';
import type { FrameNames } from './frame-names.ts';
import { causeIndex, frameKey } from './profile-stacks.ts';

const MAX_FUNCTIONS = 30;
/** Deeper stacks are read from here on as if they ended. */
const MAX_DEPTH = 500;
const ROOT = '(root)';

type Node = HeapProfiler.SamplingHeapProfileNode;

/** Its type lacks the samples. */
interface SampledHeap {
  readonly head: Node;
  readonly samples?: readonly unknown[];
}

interface Draft {
  readonly frame: StallFrame;
  selfBytes: number;
  causedBytes: number;
  /** By caller of the app. */
  readonly callers: Map<string, { readonly frame: StallFrame; bytes: number }>;
}

/** What of a sampled heap is still in use, by the functions that allocated it. Pure. */
export function heapSummary({ head, samples = [] }: SampledHeap, names: FrameNames): HeapSummary {
  const functions = new Map<string, Draft>();
  let liveBytes = 0;
  const walk = (node: Node, callers: readonly StallFrame[]): void => {
    const isRoot = node.callFrame.functionName === ROOT;
    const stack = isRoot ? callers : [...callers, names.of(node.callFrame)];
    liveBytes += node.selfSize;
    if (node.selfSize > 0) add(functions, stack, node.selfSize);
    if (stack.length < MAX_DEPTH) for (const child of node.children) walk(child, stack);
  };
  walk(head, []);
  return {
    samples: samples.length,
    liveBytes,
    functions: [...functions.values()]
      .toSorted((a, b) => b.causedBytes - a.causedBytes || b.selfBytes - a.selfBytes)
      .slice(0, MAX_FUNCTIONS)
      .map(({ frame, selfBytes, causedBytes, callers }): HeapFunction => ({
        ...frame,
        selfBytes,
        causedBytes,
        caller: [...callers.values()].toSorted((a, b) => b.bytes - a.bytes)[0]?.frame,
      })),
  };
}

function add(functions: Map<string, Draft>, stack: readonly StallFrame[], bytes: number): void {
  const draftOf = (frame: StallFrame): Draft => {
    const key = frameKey(frame);
    let draft = functions.get(key);
    if (draft === undefined)
      functions.set(key, (draft = { frame, selfBytes: 0, causedBytes: 0, callers: new Map() }));
    return draft;
  };
  const innermost = stack.at(-1);
  if (innermost !== undefined) draftOf(innermost).selfBytes += bytes;
  const at = causeIndex(stack);
  const cause = stack[at];
  if (cause === undefined) return;
  const draft = draftOf(cause);
  draft.causedBytes += bytes;
  const caller = stack
    .slice(0, at)
    .findLast(
      ({ origin, ...frame }) => origin === 'app' && frameKey({ ...frame, origin }) !== frameKey(cause),
    );
  if (caller === undefined) return;
  const known = draft.callers.get(frameKey(caller)) ?? { frame: caller, bytes: 0 };
  known.bytes += bytes;
  draft.callers.set(frameKey(caller), known);
}

/** The same in the format of `.heapprofile` files; no path outside the program's folder is in it. */
export function heapFile(profile: HeapProfiler.SamplingHeapProfile, names: FrameNames): string {
  const shown = (node: Node): Node => ({
    ...node,
    callFrame: { ...node.callFrame, url: names.urlOf(node.callFrame.url) },
    children: node.children.map(shown),
  });
  return JSON.stringify({ ...profile, head: shown(profile.head) });
}
