import type { Clock } from '../base/clock.ts';
import type { AnyProfileSource, HeapProfileSource } from '../base/heap-profile-facts.ts';
import { PROFILE_SECONDS, type ProfileFacts, type ProfileSummary } from '../base/profile-facts.ts';
import type { StallFacts } from '../base/stall.ts';
import { KeptProfiles } from './kept-profiles.ts';
import type { ProfileAnswer } from './stall-messages.ts';

/** Each has some 200 KB of frames, and its file, deflated, some 100 to 500 KB. */
const MAX_KEPT = 5;
/** One sample a millisecond, but at most so many. */
const INTERVAL_MICROS = 1000;
const MAX_SAMPLES = 30_000;
/** Without an answer for so long after its end, it is given up. */
const ANSWER_MILLIS = 60_000;

/** The watch whose thread samples the main one. */
export interface ProfileThread {
  readonly facts: Pick<StallFacts, 'watch'>;
  /** Answers by `receive` or `lost`. */
  profile(id: number, millis: number, intervalMicros: number): void;
}

/** Profiles on demand, one at a time, and the last few of them in memory. */
export class Profiles implements AnyProfileSource {
  readonly heapProfiling: HeapProfileSource;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #thread: () => ProfileThread;
  readonly #onChange: () => void;
  #running:
    | {
        readonly id: number;
        readonly startedMillis: number;
        readonly seconds: number;
        readonly timer: NodeJS.Timeout;
      }
    | undefined;
  readonly #kept = new KeptProfiles<ProfileSummary>(MAX_KEPT);
  #lastId = 0;

  constructor(options: {
    readonly clock: Pick<Clock, 'now'>;
    readonly thread: () => ProfileThread;
    readonly onChange: () => void;
    readonly heapProfiling: HeapProfileSource;
  }) {
    this.heapProfiling = options.heapProfiling;
    this.#clock = options.clock;
    this.#thread = options.thread;
    this.#onChange = options.onChange;
  }

  /** Starts one. Returns why it is refused. */
  startProfile(seconds: number): string | undefined {
    const { min, max } = PROFILE_SECONDS;
    if (!(seconds >= min && seconds <= max)) return `a profile lasts ${min} to ${max} seconds`;
    if (this.#running !== undefined) return 'a profile is being taken: only one runs at a time';
    const unavailable = this.#unavailable();
    if (unavailable !== undefined) return unavailable;
    const id = ++this.#lastId;
    const millis = seconds * 1000;
    const timer = setTimeout(
      () => this.lost(id, 'the process was too busy to answer'),
      millis + ANSWER_MILLIS,
    );
    timer.unref();
    this.#running = { id, startedMillis: this.#clock.now(), seconds, timer };
    const interval = Math.max(INTERVAL_MICROS, Math.ceil((millis * 1000) / MAX_SAMPLES));
    this.#thread().profile(id, millis, interval);
    this.#onChange();
    return undefined;
  }

  receive(answer: ProfileAnswer): void {
    if (answer.kind === 'profiled') this.#take(answer);
    else this.lost(answer.id, answer.reason);
  }

  #take({ id, summary, file }: Extract<ProfileAnswer, { kind: 'profiled' }>): void {
    const running = this.#end(id);
    if (running === undefined) return;
    this.#kept.keep(running, summary, file);
    this.#onChange();
  }

  /** The running one came to nothing. @param id Default: whichever it is. */
  lost(id: number | undefined, reason: string): void {
    const running = this.#end(id);
    if (running === undefined) return;
    this.#kept.fail(running, reason);
    this.#onChange();
  }

  profiles(): ProfileFacts {
    return this.#kept.facts(this.#unavailable(), this.#running);
  }

  /** A `.cpuprofile`; undefined if it is not held. */
  profileFile(id: number): string | undefined {
    return this.#kept.file(id);
  }

  #unavailable(): string | undefined {
    const { is, reason = '' } = this.#thread().facts.watch;
    switch (is) {
      case 'watching':
        return undefined;
      case 'starting':
        return 'the thread that samples is starting: try again in a second';
      case 'off':
        return 'nothing is sampled, because METRICS_LOOP_STALL or METRICS_MEMORY_INTERVAL is 0';
      default:
        return `nothing is sampled: ${reason}`;
    }
  }

  #end(id: number | undefined) {
    const running = this.#running;
    if (running === undefined || (id !== undefined && running.id !== id)) return undefined;
    clearTimeout(running.timer);
    this.#running = undefined;
    return running;
  }
}
