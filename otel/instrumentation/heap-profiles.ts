import { type HeapProfiler, Session, url as inspectorUrl } from 'node:inspector';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Clock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import {
  HEAP_PROFILE_SECONDS,
  type HeapProfileFacts,
  type HeapProfileSource,
  type HeapSummary,
} from '../base/heap-profile-facts.ts';
import { programFolder } from '../base/program-files.ts';
import { FrameNames } from './frame-names.ts';
import { heapFile, heapSummary } from './heap-summary.ts';
import { KeptProfiles } from './kept-profiles.ts';

/** Each has some 10 KB of functions, and its file, deflated, some 10 to 300 KB. */
const MAX_KEPT = 3;
const MAX_FILE_CHARS = 8_000_000;
/** One allocated byte in so many is sampled: a megabyte that leaks has 64 samples. */
const INTERVAL_BYTES = 16_384;
/** How often is looked whether somebody uses the inspector. */
const LOOK_MILLIS = 1000;

const ASIDE = 'the inspector of this process is open';

interface Running {
  readonly id: number;
  readonly startedMillis: number;
  readonly seconds: number;
  readonly session: Session;
  readonly timers: readonly NodeJS.Timeout[];
}

/**
 * Heap profiles on demand, one at a time, and the last few of them in memory. Allocations are sampled by this thread's own engine, which forgets those
 * that are collected; a full collection at the end leaves what is still in use. Nothing runs between profiles. Steps aside for a person with the
 * inspector.
 */
export class HeapProfiles implements HeapProfileSource {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #guard: Pick<Guard, 'run'>;
  readonly #onChange: () => void;
  readonly #inspectorUrl: () => string | undefined;
  #running: Running | undefined;
  readonly #kept = new KeptProfiles<HeapSummary>(MAX_KEPT);
  #lastId = 0;

  constructor(options: {
    readonly clock: Pick<Clock, 'now'>;
    readonly guard: Pick<Guard, 'run'>;
    readonly onChange: () => void;
    /** Default: the address of this process's inspector. */
    readonly inspectorUrl?: () => string | undefined;
  }) {
    this.#clock = options.clock;
    this.#guard = options.guard;
    this.#onChange = options.onChange;
    this.#inspectorUrl = options.inspectorUrl ?? inspectorUrl;
  }

  startHeapProfile(seconds: number): string | undefined {
    const { min, max } = HEAP_PROFILE_SECONDS;
    if (!(seconds >= min && seconds <= max)) return `a heap profile lasts ${min} to ${max} seconds`;
    if (this.#running !== undefined) return 'a heap profile is being taken: only one runs at a time';
    const unavailable = this.#unavailable();
    if (unavailable !== undefined) return unavailable;
    return this.#guard.run('heap profile', () => this.#start(seconds), 'the engine refused it');
  }

  #start(seconds: number): string | undefined {
    const session = new Session();
    session.connect();
    const problem = started(session);
    if (problem !== undefined) {
      session.disconnect();
      return problem;
    }
    const id = ++this.#lastId;
    // Outside any request, so that the timers retain none.
    const timers = context.with(ROOT_CONTEXT, () => [
      setTimeout(() => this.#guard.run('heap profile', () => this.#finish(), undefined), seconds * 1000),
      setInterval(() => this.#look(), LOOK_MILLIS),
    ]);
    for (const timer of timers) timer.unref();
    this.#running = { id, startedMillis: this.#clock.now(), seconds, session, timers };
    this.#onChange();
    return undefined;
  }

  /** Collects, reads what is left, and keeps it. */
  #finish(): void {
    const running = this.#running;
    if (running === undefined) return;
    const result = stopped(running.session);
    if (typeof result === 'string') return this.lost(result);
    this.#end();
    const names = new FrameNames(programFolder(), fileURLToPath(new URL('..', import.meta.url)));
    const text = heapFile(result, names);
    const file = text.length > MAX_FILE_CHARS ? undefined : deflateRawSync(text);
    this.#kept.keep(running, heapSummary(result, names), file);
    this.#onChange();
  }

  #look(): void {
    if (this.#inspectorUrl() !== undefined) this.lost(ASIDE);
  }

  /** The running one, if there is one, comes to nothing. */
  lost(reason: string): void {
    const running = this.#end();
    if (running === undefined) return;
    this.#kept.fail(running, reason);
    this.#onChange();
  }

  heapProfiles(): HeapProfileFacts {
    return this.#kept.facts(this.#unavailable(), this.#running);
  }

  heapProfileFile(id: number): string | undefined {
    return this.#kept.file(id);
  }

  #unavailable(): string | undefined {
    return this.#inspectorUrl() === undefined ? undefined : ASIDE;
  }

  /** The session ends the sampling. */
  #end(): Running | undefined {
    const running = this.#running;
    if (running === undefined) return undefined;
    this.#running = undefined;
    for (const timer of running.timers) clearTimeout(timer);
    this.#guard.run('heap profile', () => running.session.disconnect(), undefined);
    return running;
  }
}

/** Why the engine refuses; undefined if it samples. A session of this thread answers before `post` returns. */
function started(session: Session): string | undefined {
  const problems: string[] = [];
  session.post('HeapProfiler.startSampling', { samplingInterval: INTERVAL_BYTES }, (error) => {
    if (error !== null) problems.push(error.message);
  });
  return problems[0];
}

/** What is in use after a full collection; a text if the engine refuses. */
function stopped(session: Session): HeapProfiler.SamplingHeapProfile | string {
  const answers: (HeapProfiler.SamplingHeapProfile | string)[] = [];
  session.post('HeapProfiler.collectGarbage');
  session.post('HeapProfiler.stopSampling', (error, answer) => {
    answers.push(error === null && answer !== undefined ? answer.profile : (error?.message ?? 'no profile'));
  });
  return answers[0] ?? 'the engine did not answer';
}
