import type { Profiler } from 'node:inspector';
import type { StallFrame } from '../base/stall.ts';
import type { FrameNames } from './frame-names.ts';
import type { FunctionLines } from './function-lines.ts';
import type { StackLines } from './stack-lines.ts';
import { causeIndex, frameKey, isUntraced, ProfileStacks } from './profile-stacks.ts';
import { SAMPLE_MICROS, type SampledStall } from './stall-messages.ts';

const MAX_CALLERS = 12;
const MOST = 0.5;
/** Between two samples of which none in between is missing. */
const MAX_GAP_MICROS = 1.5 * SAMPLE_MICROS;
/** The profiler's nodes without a function: they say nothing about who caused the work. */
const NOBODY = new Set(['(garbage collector)', '(program)']);

/** How frames are shown. */
export interface FrameWords {
  readonly names: FrameNames;
  /** Of a stack taken during the stall: samples have a line for their innermost function alone. */
  readonly lines: StackLines;
  readonly own: FunctionLines;
}

interface Sample {
  readonly micros: number;
  /** From the outermost function to the innermost; empty for nobody's, undefined for idling. */
  readonly frames: readonly StallFrame[] | undefined;
}

interface Found {
  count: number;
  readonly place: StallFrame;
  /** How many samples were in each of its lines, as far as known. */
  readonly lines: Map<number, number>;
  /** Of its first sample. */
  readonly depth: number;
  readonly callers: readonly StallFrame[];
}

/**
 * What the samples between two times say about a stall that ended at the second: when it began, and the function that caused most of them.
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
  const lastIdle = within.findLastIndex(({ frames }) => frames === undefined);
  const held = within.slice(lastIdle + 1);
  const startMicros = beginBetween(within[lastIdle]?.micros, held[0]?.micros) ?? fromMicros;
  const found = new Map<string, Found>();
  const told = held.map(({ frames = [] }) => frames);
  let before = told.find(({ length }) => length > 0) ?? [];
  let untraced = 0;
  for (const frames of told) {
    // Collecting garbage is part of what made it.
    if (frames.length > 0) before = frames;
    count(found, before);
    if (before.some(isUntraced)) untraced++;
  }
  // Of as many, the inner function: of two samples, one may be of the moment before it was called.
  const [most] = [...found.values()].toSorted((a, b) => b.count - a.count || b.depth - a.depth);
  return {
    startMicros,
    place: most && placeOf(most),
    placeShare: most === undefined ? 0 : most.count / held.length,
    sampledShare: Math.min(1, (held.length * SAMPLE_MICROS) / Math.max(1, toMicros - startMicros)),
    callers: most?.callers ?? [],
    isUntraced: untraced > MOST * held.length,
  };
}

/**
 * In the middle of two samples. Where some are missing, as on a machine that is busy with other things, right after the first: it would seem shorter than
 * it was, down to none; how long the loop slept since then is known without samples.
 */
function beginBetween(asleep: number | undefined, awake: number | undefined): number | undefined {
  if (asleep === undefined || awake === undefined) return asleep;
  return awake - asleep > MAX_GAP_MICROS ? asleep : (asleep + awake) / 2;
}

function count(found: Map<string, Found>, frames: readonly StallFrame[]): void {
  const index = causeIndex(frames);
  const place = frames[index];
  if (place === undefined) return;
  let known = found.get(frameKey(place));
  if (known === undefined) {
    const callers = frames.slice(0, index).toReversed().slice(0, MAX_CALLERS);
    known = { count: 0, place, lines: new Map(), depth: index, callers };
    found.set(frameKey(place), known);
  }
  known.count++;
  if (place.line !== undefined) known.lines.set(place.line, (known.lines.get(place.line) ?? 0) + 1);
}

/** The same function, with the line that most of its samples were in. */
function placeOf({ place, lines }: Found): StallFrame {
  const [most] = [...lines].toSorted(([, a], [, b]) => b - a);
  return most === undefined ? place : { ...place, line: most[0] };
}

function samplesOf(
  profile: Profiler.Profile,
  fromMicros: number,
  toMicros: number,
  { names, lines, own }: FrameWords,
): Sample[] {
  const { samples = [], timeDeltas = [], startTime } = profile;
  const stacks = new ProfileStacks(profile, (node, isInnermost) => {
    const { functionName, url } = node.callFrame;
    if (NOBODY.has(functionName)) return undefined;
    const line = isInnermost ? busiestLine(node, own) : lines.of(functionName, url);
    return { ...names.of(node.callFrame), ...(line !== undefined && url !== '' && { line }) };
  });
  const found: Sample[] = [];
  let micros = startTime;
  samples.forEach((id, index) => {
    micros += timeDeltas[index] ?? 0;
    if (micros >= fromMicros && micros <= toMicros) found.push({ micros, frames: stacks.of(id) });
  });
  return found;
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
