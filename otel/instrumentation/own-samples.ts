import type { Profiler } from 'node:inspector';
import type { OwnCode, SampledFunction } from '../base/own-code.ts';
import type { StallFrame } from '../base/stall.ts';
import type { FrameNames } from './frame-names.ts';
import { causeIndex, frameKey, isUntraced, ProfileStacks } from './profile-stacks.ts';
import { type AskedRequest, type ReadRequest, SAMPLE_MICROS } from './stall-messages.ts';

const MAX_FUNCTIONS = 3;
const MAX_CALLERS = 6;
/** The profiler's nodes without a function. */
const NOBODY: ReadonlySet<string> = new Set(['(garbage collector)', '(program)']);
/** What calls timers and immediates, and what runs promises after one: the latter may belong to a request that awaited it. */
const CALLS_TIMERS: ReadonlySet<string> = new Set(['listOnTimeout', 'processImmediate']);
const RUNS_PROMISES: ReadonlySet<string> = new Set([
  'runNextTicks',
  'processTicksAndRejections',
  'runMicrotasks',
]);
/** What of Node's server calls the handler of a request, until that first waits for something. */
const CALLS_HANDLER = 'parserOnIncoming';

interface Sample {
  readonly micros: number;
  readonly id: number;
  /** Of its profile. Most samples are of no request that is asked about, and their stacks are never read. */
  readonly stacks: ProfileStacks;
}

interface Counts {
  idle: number;
  shared: number;
  theirs: number;
  others: number;
  readonly functions: Map<
    string,
    { readonly place: StallFrame; readonly callers: readonly StallFrame[]; samples: number }
  >;
}

/**
 * The functions in which requests spent their own time, by the samples of two profiles that follow each other. A sample counts for a request's
 * function only if no other request was open then, and if it was no timer or immediate that called the function: both may run for anybody. With others
 * open, it counts if the parser of requests called the handler, and this request was the last to begin. What goes on by promises after a request was
 * answered cannot be told apart from what the next one does.
 */
export class OwnSamples {
  readonly #samples: readonly Sample[];

  constructor(profiles: readonly Profiler.Profile[], names: FrameNames) {
    this.#samples = samplesOf(profiles, names);
  }

  of(asked: AskedRequest): ReadRequest {
    const { id, own } = asked;
    const counts: Counts = { idle: 0, shared: 0, theirs: 0, others: 0, functions: new Map() };
    let samples = 0;
    let before: readonly StallFrame[] = [];
    let wasOwn = false;
    for (let pair = 0; pair + 1 < own.length; pair += 2) {
      for (const { micros, id: node, stacks } of this.#between(own[pair]!, own[pair + 1]!)) {
        samples++;
        // Empty for nobody's, undefined for idling.
        const frames = stacks.of(node);
        // Collecting garbage is part of what made it.
        before = frames?.length === 0 ? before : (frames ?? []);
        const isOwn = isOf(asked, micros, before);
        if (frames === undefined) counts.idle++;
        else if (!isOwn) {
          counts.shared++;
          if (isTheirs(asked, micros, before)) counts.theirs++;
        } else if (frames.length > 0 || wasOwn) count(counts, before);
        // What came before was another's: that says nothing of now.
        else counts.others++;
        wasOwn = isOwn && (frames?.length !== 0 || wasOwn);
      }
      before = [];
    }
    return { id, everyMillis: SAMPLE_MICROS / 1000, samples, ...told(counts) };
  }

  *#between(fromMicros: number, toMicros: number): Generator<Sample> {
    const samples = this.#samples;
    let [low, high] = [0, samples.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (samples[middle]!.micros < fromMicros) low = middle + 1;
      else high = middle;
    }
    for (let at = low; at < samples.length && samples[at]!.micros <= toMicros; at++) yield samples[at]!;
  }
}

/** In order. Two profiles overlap for the moment in which one takes over. */
function samplesOf(profiles: readonly Profiler.Profile[], names: FrameNames): readonly Sample[] {
  const all: Sample[] = [];
  let lastMicros = -Infinity;
  for (const profile of profiles) {
    const { samples = [], timeDeltas = [], startTime } = profile;
    const stacks = new ProfileStacks(profile, ({ callFrame }) =>
      NOBODY.has(callFrame.functionName) ? undefined : names.of(callFrame),
    );
    let micros = startTime;
    const found: Sample[] = [];
    samples.forEach((id, index) => {
      micros += timeDeltas[index] ?? 0;
      if (micros > lastMicros) found.push({ micros, id, stacks });
    });
    for (const sample of found) all.push(sample);
    lastMicros = Math.max(lastMicros, found.at(-1)?.micros ?? -Infinity);
  }
  return all.sort((a, b) => a.micros - b.micros);
}

function isOf({ alone, latest }: AskedRequest, micros: number, frames: readonly StallFrame[]): boolean {
  if (isIn(alone, micros)) return !isElsewhere(frames);
  return isIn(latest, micros) && isHandled(frames);
}

/** The parser called the handler of one that began later, or telemetry works outside of every trace. */
function isTheirs({ alone, latest }: AskedRequest, micros: number, frames: readonly StallFrame[]): boolean {
  return frames.some(isUntraced) || (isHandled(frames) && !isIn(alone, micros) && !isIn(latest, micros));
}

function isHandled(frames: readonly StallFrame[]): boolean {
  return frames.some(({ name, origin }) => name === CALLS_HANDLER && origin === 'node');
}

function isIn(pairs: readonly number[], micros: number): boolean {
  for (let pair = 0; pair + 1 < pairs.length; pair += 2)
    if (micros >= pairs[pair]! && micros <= pairs[pair + 1]!) return true;
  return false;
}

/** A timer or an immediate called it, or it is known to be outside of every trace. */
function isElsewhere(frames: readonly StallFrame[]): boolean {
  if (frames.some(isUntraced)) return true;
  const at = frames.findIndex(({ name, origin }) => origin === 'node' && CALLS_TIMERS.has(name));
  const called = at < 0 ? undefined : frames[at + 1];
  return called !== undefined && !(called.origin === 'node' && RUNS_PROMISES.has(called.name));
}

function count(counts: Counts, frames: readonly StallFrame[]): void {
  const index = causeIndex(frames);
  const place = frames[index];
  if (place === undefined || place.origin === 'kit') {
    counts.others++;
    return;
  }
  const key = frameKey(place);
  const known = counts.functions.get(key);
  if (known !== undefined) known.samples++;
  else {
    const callers = frames.slice(0, index).toReversed().slice(0, MAX_CALLERS);
    counts.functions.set(key, { place, callers, samples: 1 });
  }
}

function told({
  functions,
  others,
  ...counts
}: Counts): Pick<OwnCode, 'idle' | 'shared' | 'theirs' | 'others' | 'functions'> {
  const all: readonly SampledFunction[] = [...functions.values()].toSorted((a, b) => b.samples - a.samples);
  const rest = all.slice(MAX_FUNCTIONS).reduce((sum, { samples }) => sum + samples, 0);
  return { ...counts, others: others + rest, functions: all.slice(0, MAX_FUNCTIONS) };
}
