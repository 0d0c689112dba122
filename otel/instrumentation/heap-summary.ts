import type { HeapProfiler, Runtime } from 'node:inspector';
import type { HeapFunction, HeapSummary } from '../base/heap-profile-facts.ts';
import type { StallFrame } from '../base/stall.ts';
import type { FrameNames } from './frame-names.ts';
import { causeIndex, frameKey } from './profile-stacks.ts';

const MAX_FUNCTIONS = 30;
/** Of all that is in use: less is a sample or two. */
const MIN_SHARE = 0.005;
/** Deeper stacks are read from here on as if they ended. */
const MAX_DEPTH = 500;
const ROOT = '(root)';

type Node = HeapProfiler.SamplingHeapProfileNode;

/** Its type lacks the samples. */
interface SampledHeap {
  readonly head: Node;
  readonly samples?: readonly unknown[];
}

/** A function as the engine has it, and what is known of it without reading its source. */
interface Called {
  readonly frame: StallFrame;
  readonly call: Runtime.CallFrame;
}

interface Draft {
  readonly called: Called;
  selfBytes: number;
  causedBytes: number;
  /** By caller of the app. */
  readonly callers: Map<string, { readonly called: Called; bytes: number }>;
}

/** What of a sampled heap is still in use, by the functions that allocated it. Reads the source of those alone that are told and have no name. */
export function heapSummary({ head, samples = [] }: SampledHeap, names: FrameNames): HeapSummary {
  const functions = new Map<string, Draft>();
  let liveBytes = 0;
  const walk = (node: Node, callers: readonly Called[]): void => {
    const { callFrame, selfSize, children } = node;
    const stack = callFrame.functionName === ROOT ? callers : [...callers, calledOf(callFrame, names)];
    liveBytes += selfSize;
    if (selfSize > 0) add(functions, stack, selfSize);
    if (stack.length < MAX_DEPTH) for (const child of children) walk(child, stack);
  };
  walk(head, []);
  return {
    samples: samples.length,
    liveBytes,
    functions: [...functions.values()]
      .filter(({ causedBytes }) => causedBytes >= MIN_SHARE * liveBytes)
      .toSorted((a, b) => b.causedBytes - a.causedBytes || b.selfBytes - a.selfBytes)
      .slice(0, MAX_FUNCTIONS)
      .map((draft) => functionOf(draft, names)),
  };
}

function calledOf(call: Runtime.CallFrame, names: FrameNames): Called {
  return { call, frame: names.of({ ...call, functionName: call.functionName || '(anonymous)' }) };
}

function functionOf({ called, selfBytes, causedBytes, callers }: Draft, names: FrameNames): HeapFunction {
  const [caller] = [...callers.values()].toSorted((a, b) => b.bytes - a.bytes);
  return {
    ...names.of(called.call),
    selfBytes,
    causedBytes,
    caller: caller && names.of(caller.called.call),
  };
}

function add(functions: Map<string, Draft>, stack: readonly Called[], bytes: number): void {
  const draftOf = (called: Called): Draft => {
    const key = keyOf(called);
    let draft = functions.get(key);
    if (draft === undefined)
      functions.set(key, (draft = { called, selfBytes: 0, causedBytes: 0, callers: new Map() }));
    return draft;
  };
  const innermost = stack.at(-1);
  if (innermost !== undefined) draftOf(innermost).selfBytes += bytes;
  const at = causeIndex(stack.map(({ frame }) => frame));
  const cause = stack[at];
  if (cause === undefined) return;
  const draft = draftOf(cause);
  draft.causedBytes += bytes;
  const caller = stack
    .slice(0, at)
    .findLast((called) => called.frame.origin === 'app' && keyOf(called) !== keyOf(cause));
  if (caller === undefined) return;
  const known = draft.callers.get(keyOf(caller)) ?? { called: caller, bytes: 0 };
  known.bytes += bytes;
  draft.callers.set(keyOf(caller), known);
}

/** Of those without a name, several may begin in one line. */
const keyOf = ({ frame, call }: Called): string => `${frameKey(frame)}:${call.columnNumber}`;

/** The same in the format of `.heapprofile` files; no path outside the program's folder is in it. */
export function heapFile(profile: HeapProfiler.SamplingHeapProfile, names: FrameNames): string {
  const shown = (node: Node): Node => ({
    ...node,
    callFrame: { ...node.callFrame, url: names.urlOf(node.callFrame.url) },
    children: node.children.map(shown),
  });
  return JSON.stringify({ ...profile, head: shown(profile.head) });
}
