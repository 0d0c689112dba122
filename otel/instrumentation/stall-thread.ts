/**
 * The thread beside the main one that names stalls: it keeps a sampling profiler of the main thread running, and reads it after a stall. It is
 * loaded as a worker by `stall-watch.ts` and has no other use.
 */
import { type InspectorNotification, type Profiler, Session } from 'node:inspector';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { FrameNames } from './frame-names.ts';
import { MainThreadProfile } from './main-thread-profile.ts';
import { OwnSamples } from './own-samples.ts';
import {
  type AskedRequest,
  BEAT,
  DONE,
  type FromStallThread,
  isStallThreadData,
  SAMPLE_MICROS,
  sharedMillis,
  type StallThreadData,
  STOP,
  type ToStallThread,
} from './stall-messages.ts';
import { sampledStall } from './stall-samples.ts';
import { FunctionLines } from './function-lines.ts';
import { StackLines } from './stack-lines.ts';

/** A profile is replaced after so long, so that its samples stay few (2,400, some 80 KB). */
const PROFILE_MILLIS = 60_000;
/** Replacing one costs the main thread some milliseconds. */
const MIN_PROFILE_MILLIS = 1000;
/** The request that caused a stall is asked about once its trace is complete: its samples are read with those of the stall. */
const AFTER_STALL_MILLIS = 500;
/** After so long its samples are read although the next stall holds the loop. */
const IN_ROW_MILLIS = 2000;
const TITLE = 'stall watch ';

type Asked = Extract<ToStallThread, { kind: 'stall' }>;

class StallThread {
  readonly #data: StallThreadData;
  readonly #session = new Session();
  readonly #own = new FunctionLines();
  readonly #names: FrameNames;
  #profile = 0;
  #profileSince = 0;
  #isReplacing = false;
  #previous: Profiler.Profile | undefined;
  #waiting: Asked[] = [];
  #waitingSince = 0;
  #requests: AskedRequest[] = [];
  #probed = 0;
  #onDemand: MainThreadProfile | undefined;
  readonly #timer: NodeJS.Timeout;

  constructor(data: StallThreadData) {
    this.#data = data;
    this.#names = new FrameNames(
      data.programFolder,
      fileURLToPath(new URL('..', import.meta.url)),
      this.#own,
    );
    this.#timer = setInterval(() => this.#tick(), data.beatMillis);
  }

  start(): void {
    // The process may have ended meanwhile.
    if (Atomics.load(this.#data.shared, STOP) !== 0) return this.#stop();
    const session = this.#session;
    session.connectToMainThread();
    session.on('Profiler.consoleProfileFinished', (message) => this.#onProfile(message));
    session.post('Profiler.enable', this.#checked());
    session.post('Profiler.setSamplingInterval', { interval: SAMPLE_MICROS }, this.#checked());
    this.#evaluate(`console.profile('${TITLE}0')`, () => {
      this.#profileSince = sharedMillis();
      tell({ kind: 'watching' });
    });
  }

  ask(message: ToStallThread): void {
    if (message.kind === 'stop') this.#stop();
    else if (message.kind === 'stall') {
      if (this.#waiting.length === 0) this.#waitingSince = sharedMillis();
      this.#waiting.push(message);
    } else if (message.kind === 'requests') this.#requests.push(...message.asked);
    else {
      this.#onDemand?.end();
      this.#onDemand = new MainThreadProfile(message, this.#names, tell);
      this.#onDemand.start();
    }
  }

  #tick(): void {
    const { shared, probeAfterMillis, probe } = this.#data;
    if (Atomics.load(shared, STOP) !== 0) return this.#stop();
    const beat = Atomics.load(shared, BEAT);
    const now = sharedMillis();
    const millis = (now - this.#profileSince) | 0;
    const waitedMillis = this.#waiting.length > 0 ? (now - this.#waitingSince) | 0 : 0;
    if (((now - beat) | 0) > probeAfterMillis) {
      if (beat !== this.#probed) {
        this.#probed = beat;
        this.#evaluate(probe, () => {});
      } else if (waitedMillis >= IN_ROW_MILLIS && millis >= MIN_PROFILE_MILLIS) this.#replace();
      return;
    }
    const isStallDue = waitedMillis >= AFTER_STALL_MILLIS;
    if (millis >= PROFILE_MILLIS || (isStallDue && millis >= MIN_PROFILE_MILLIS)) this.#replace();
  }

  /** The next profile starts before this one ends: starting the profiler anew would hold the loop for a tenth of a second. */
  #replace(): void {
    if (this.#isReplacing || this.#profileSince === 0) return;
    this.#isReplacing = true;
    const [before, next] = [this.#profile, ++this.#profile];
    this.#evaluate(`console.profile('${TITLE}${next}'); console.profileEnd('${TITLE}${before}')`, () => {
      this.#profileSince = sharedMillis();
      this.#isReplacing = false;
    });
  }

  #onProfile({ params }: InspectorNotification<Profiler.ConsoleProfileFinishedEventDataType>): void {
    if (params.title?.startsWith(TITLE) !== true) return;
    const profiles = [...(this.#previous === undefined ? [] : [this.#previous]), params.profile];
    this.#previous = params.profile;
    const { endTime } = params.profile;
    const over = this.#waiting.filter(({ toMicros }) => toMicros <= endTime);
    // Of one that ended since, the next profile has the rest.
    this.#waiting = this.#waiting.filter(({ toMicros }) => toMicros > endTime);
    this.#waitingSince = sharedMillis();
    for (const { id, fromMicros, toMicros, stack } of over) {
      const words = { names: this.#names, lines: new StackLines(stack), own: this.#own };
      tell({ kind: 'sampled', id, ...sampledStall(profiles, fromMicros, toMicros, words) });
    }
    this.#readRequests(profiles, endTime);
  }

  /** Those that have ended by then; of the others, the next profile has samples, too. */
  #readRequests(profiles: readonly Profiler.Profile[], endMicros: number): void {
    const isOver = ({ own }: AskedRequest): boolean => (own.at(-1) ?? 0) <= endMicros;
    const over = this.#requests.filter(isOver);
    if (over.length === 0) return;
    this.#requests = this.#requests.filter((each) => !isOver(each));
    const samples = new OwnSamples(profiles, this.#names);
    tell({ kind: 'requests read', read: over.map((each) => samples.of(each)) });
  }

  #evaluate(expression: string, done: () => void): void {
    this.#session.post('Runtime.evaluate', { expression, silent: true }, (error, result) => {
      const thrown = result?.exceptionDetails;
      if (error !== null || thrown !== undefined)
        this.#fail(error?.message ?? thrown?.exception?.description ?? thrown?.text ?? expression);
      else done();
    });
  }

  #checked(): (error: Error | null) => void {
    return (error) => {
      if (error !== null) this.#fail(error.message);
    };
  }

  #fail(message: string): void {
    tell({ kind: 'failed', message });
    this.#stop();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#onDemand?.end();
    this.#session.disconnect();
    Atomics.store(this.#data.shared, DONE, 1);
    Atomics.notify(this.#data.shared, DONE);
    parentPort?.close();
  }
}

function tell(message: FromStallThread): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(message);
}

// Imported by anything else, it does nothing.
if (isStallThreadData(workerData)) {
  const thread = new StallThread(workerData);
  parentPort?.on('message', (message: ToStallThread) => thread.ask(message));
  thread.start();
}
