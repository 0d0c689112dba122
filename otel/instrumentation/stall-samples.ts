import type { Profiler } from 'node:inspector';
import type { StallFrame } from '../base/stall.ts';
import type { FrameNames } from './frame-names.ts';
import type { FunctionLines } from './function-lines.ts';
import type { StackLines } from './stack-lines.ts';
import { SAMPLE_MICROS, type SampledStall } from './stall-messages.ts';

const MAX_CALLERS = 12;
const IDLE = '(idle)';
const ROOT = '(root)';
/** The profiler's nodes without a function: they say nothing about who caused the work. */
const NOBODY = new Set(['(garbage collector)', '(program)', ROOT, IDLE]);

/** How frames are shown. */
export interface FrameWords {
  readonly names: FrameNames;
  /** Of a stack taken during the stall: samples have a line for their innermost function alone. */
  readonly lines: StackLines;
  readonly own: FunctionLines;
}

interface Sample {
  readonly micros: number;
  /** From the innermost function to its callers; empty for nobody's. */
  readonly frames: readonly StallFrame[];
  readonly isIdle: boolean;
}

interface Found {
  count: number;
  readonly place: StallFrame;
  readonly callers: readonly StallFrame[];
}

/**
 * What the samples between two times say about a stall that ended at the second: when it began, and the function that most of them were in. Of a
 * sample's stack, the innermost function of the app counts, of a package if there is none, and so on; so native code counts for its caller.
 */
export function sampledStall(
  profiles: readonly Profiler.Profile[],
  fromMicros: number,
  toMicros: number,
  words: FrameWords,
): SampledStall {
  const within = profiles
    .flatMap((profile) => samplesOf(profile, fromMicros, toMicros, words))
    .sort((a, b) => a.micros - b.micros);
  const lastIdle = within.findLastIndex(({ isIdle }) => isIdle);
  const held = within.slice(lastIdle + 1);
  // It began between two samples.
  const [asleep, awake] = [within[lastIdle]?.micros, held[0]?.micros];
  const startMicros = asleep === undefined ? fromMicros : awake === undefined ? asleep : (asleep + awake) / 2;
  const found = new Map<string, Found>();
  let before = held.find(({ frames }) => frames.length > 0);
  for (const sample of held) {
    // Collecting garbage is part of what made it.
    const told = sample.frames.length > 0 ? sample : before;
    if (told === undefined) continue;
    before = told;
    count(found, told.frames);
  }
  const most = [...found.values()].reduce<Found | undefined>(
    (best, each) => (best === undefined || each.count > best.count ? each : best),
    undefined,
  );
  return {
    startMicros,
    place: most?.place,
    placeShare: most === undefined ? 0 : most.count / held.length,
    sampledShare: Math.min(1, (held.length * SAMPLE_MICROS) / Math.max(1, toMicros - startMicros)),
    callers: most?.callers ?? [],
  };
}

const ORIGINS = ['app', 'package', 'kit', 'node'] as const;

function count(found: Map<string, Found>, frames: readonly StallFrame[]): void {
  const origin = ORIGINS.find((each) => frames.some((frame) => frame.origin === each));
  const index = frames.findIndex((frame) => frame.origin === origin);
  const place = frames[index];
  if (place === undefined) return;
  const key = `${place.name} ${place.location}`;
  const known = found.get(key);
  if (known === undefined)
    found.set(key, { count: 1, place, callers: frames.slice(index + 1, index + 1 + MAX_CALLERS) });
  else known.count++;
}

function samplesOf(
  { nodes, samples = [], timeDeltas = [], startTime }: Profiler.Profile,
  fromMicros: number,
  toMicros: number,
  words: FrameWords,
): Sample[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id])));
  const stacks = new Map<number, readonly StallFrame[]>();
  const stackOf = (id: number): readonly StallFrame[] => {
    let stack = stacks.get(id);
    if (stack === undefined) stacks.set(id, (stack = framesOf(id, byId, parents, words)));
    return stack;
  };
  const found: Sample[] = [];
  let micros = startTime;
  samples.forEach((id, index) => {
    micros += timeDeltas[index] ?? 0;
    if (micros < fromMicros || micros > toMicros) return;
    const isIdle = byId.get(id)?.callFrame.functionName === IDLE;
    found.push({ micros, isIdle, frames: isIdle ? [] : stackOf(id) });
  });
  return found;
}

function framesOf(
  leaf: number,
  byId: ReadonlyMap<number, Profiler.ProfileNode>,
  parents: ReadonlyMap<number, number>,
  { names, lines, own }: FrameWords,
): readonly StallFrame[] {
  const frames: StallFrame[] = [];
  for (let id: number | undefined = leaf; id !== undefined; id = parents.get(id)) {
    const node = byId.get(id);
    if (node === undefined || NOBODY.has(node.callFrame.functionName)) continue;
    const { functionName, url } = node.callFrame;
    const line = id === leaf ? busiestLine(node, own) : lines.of(functionName, url);
    frames.push(names.of(node.callFrame, line));
  }
  return frames;
}

/** The line of the function itself that most samples were in, native calls from it included. */
function busiestLine(
  { callFrame: { url, lineNumber }, positionTicks = [] }: Profiler.ProfileNode,
  own: FunctionLines,
): number | undefined {
  const ticks = positionTicks.filter(({ line }) => own.has(url, lineNumber + 1, line));
  return ticks.reduce<Profiler.PositionTickInfo | undefined>(
    (most, each) => (most === undefined || each.ticks > most.ticks ? each : most),
    undefined,
  )?.line;
}
