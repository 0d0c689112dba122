import type { Profiler } from 'node:inspector';
import type { ProfiledFunction, ProfileFrame, ProfileSummary } from '../base/profile-facts.ts';
import type { StallFrame } from '../base/stall.ts';
import type { FrameNames } from './frame-names.ts';
import { causeIndex, frameKey, ProfileStacks } from './profile-stacks.ts';

const MAX_FRAMES = 1000;
/** Share of the busy time. */
const MIN_FRAME = 0.001;
const MAX_FUNCTIONS = 30;
/** Deeper ones count for the last. */
const MAX_DEPTH = 60;
/** The profiler's nodes without a function, in words. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['(garbage collector)', 'garbage collection'],
  ['(program)', 'native code outside functions'],
]);

/** Frames of one function under one caller. */
class Draft {
  readonly frame: StallFrame;
  readonly children = new Map<string, Draft>();
  samples = 0;
  selfMicros = 0;
  totalMicros = 0;

  constructor(frame: StallFrame) {
    this.frame = frame;
  }

  child(frame: StallFrame): Draft {
    const key = frameKey(frame);
    let child = this.children.get(key);
    if (child === undefined) this.children.set(key, (child = new Draft(frame)));
    return child;
  }
}

interface FunctionTime {
  readonly frame: StallFrame;
  selfMicros: number;
  causedMicros: number;
  totalMicros: number;
}

const inMillis = (micros: number): number => micros / 1000;

/** A sample counts from its time to that of the next one. Functions of one place are one. Pure. */
export function profileSummary(profile: Profiler.Profile, names: FrameNames): ProfileSummary {
  const { samples, micros, duration } = timesOf(profile);
  const stacks = new ProfileStacks(profile, (node) => frameIn(node, names));
  const root = new Draft({ name: '(root)', location: undefined, origin: 'node' });
  const functions = new Map<string, FunctionTime>();
  let idleMicros = 0;
  samples.forEach((id, index) => {
    const spent = micros[index]!;
    const stack = stacks.of(id);
    if (stack === undefined) idleMicros += spent;
    else {
      addToFrames(root, drawn(stack), spent);
      addToFunctions(functions, stack, spent);
    }
  });
  const frames = laidOut(root);
  return {
    samples: samples.length,
    durationMillis: inMillis(duration),
    idleMillis: inMillis(idleMicros),
    busyMillis: inMillis(root.totalMicros),
    ...frames,
    functions: [...functions.values()]
      .toSorted((a, b) => b.causedMicros - a.causedMicros || b.selfMicros - a.selfMicros)
      .slice(0, MAX_FUNCTIONS)
      .map(({ frame, selfMicros, causedMicros, totalMicros }): ProfiledFunction => ({
        ...frame,
        selfMillis: inMillis(selfMicros),
        causedMillis: inMillis(causedMicros),
        totalMillis: inMillis(totalMicros),
      })),
  };
}

function timesOf({ samples = [], timeDeltas = [], startTime, endTime }: Profiler.Profile) {
  let at = startTime;
  const times = samples.map((_, index) => (at += timeDeltas[index] ?? 0));
  const micros = times.map((time, index) =>
    Math.max(0, (times[index + 1] ?? Math.max(time, endTime)) - time),
  );
  return { samples, micros, duration: micros.reduce((sum, each) => sum + each, 0) };
}

function frameIn({ callFrame }: Profiler.ProfileNode, names: FrameNames): StallFrame {
  const words = WORDS.get(callFrame.functionName);
  return words === undefined ? names.of(callFrame) : { name: words, location: undefined, origin: 'node' };
}

/** Without what packages and Node do between functions of the app: the middleware of one request is sixty calls deep. */
function drawn(stack: readonly StallFrame[]): readonly StallFrame[] {
  const last = stack.findLastIndex(({ origin }) => origin === 'app');
  return stack.filter(({ origin }, index) => origin === 'app' || index > last).slice(0, MAX_DEPTH);
}

function addToFrames(root: Draft, stack: readonly StallFrame[], micros: number): void {
  let at = root;
  at.totalMicros += micros;
  for (const frame of stack) {
    at = at.child(frame);
    at.totalMicros += micros;
    at.samples++;
  }
  at.selfMicros += micros;
}

function addToFunctions(
  functions: Map<string, FunctionTime>,
  stack: readonly StallFrame[],
  micros: number,
): void {
  const timeOf = (frame: StallFrame): FunctionTime => {
    const key = frameKey(frame);
    let time = functions.get(key);
    if (time === undefined)
      functions.set(key, (time = { frame, selfMicros: 0, causedMicros: 0, totalMicros: 0 }));
    return time;
  };
  // A recursive function is in a stack more than once.
  for (const time of new Set(stack.map(timeOf))) time.totalMicros += micros;
  const innermost = stack.at(-1);
  if (innermost !== undefined) timeOf(innermost).selfMicros += micros;
  const cause = stack[causeIndex(stack)];
  if (cause !== undefined) timeOf(cause).causedMicros += micros;
}

function laidOut(root: Draft): Pick<ProfileSummary, 'frames' | 'omittedFrames'> {
  const frames: ProfileFrame[] = [];
  let omittedFrames = 0;
  const lay = (parent: Draft, depth: number, from: number): void => {
    let offset = from;
    for (const draft of [...parent.children.values()].sort((a, b) => b.totalMicros - a.totalMicros)) {
      if (frames.length < MAX_FRAMES && draft.totalMicros >= MIN_FRAME * root.totalMicros) {
        frames.push({
          ...draft.frame,
          depth,
          samples: draft.samples,
          selfMillis: inMillis(draft.selfMicros),
          totalMillis: inMillis(draft.totalMicros),
          offsetMillis: inMillis(offset),
        });
        lay(draft, depth + 1, offset);
      } else omittedFrames++;
      offset += draft.totalMicros;
    }
  };
  lay(root, 0, 0);
  return { frames, omittedFrames };
}

/** The same profile in the format of `.cpuprofile` files; no path outside the program's folder is in it. */
export function profileFile(profile: Profiler.Profile, names: FrameNames): string {
  return JSON.stringify({
    ...profile,
    nodes: profile.nodes.map((node) => ({
      ...node,
      callFrame: { ...node.callFrame, url: names.urlOf(node.callFrame.url) },
    })),
  });
}
