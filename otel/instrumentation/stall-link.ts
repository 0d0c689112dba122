import { Worker } from 'node:worker_threads';
import { programFolder } from '../base/program-files.ts';
import {
  DONE,
  type FromStallThread,
  SHARED_INTS,
  type StallThreadData,
  STOP,
  type ToStallThread,
} from './stall-messages.ts';

const OWN_URL = import.meta.url;
/** Of built code the thread is built, too. */
const THREAD = new URL(`./stall-thread${OWN_URL.slice(OWN_URL.lastIndexOf('.'))}`, OWN_URL);
const STOP_MILLIS = 300;
/** MiB. */
const THREAD_MEMORY = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 };

export interface StallLinkOptions extends Pick<StallThreadData, 'beatMillis' | 'probeAfterMillis' | 'probe'> {
  /** Milliseconds of `sharedMillis`, for the first beat. */
  readonly beat: number;
  readonly onMessage: (message: FromStallThread) => void;
  /** The thread is gone, without having been asked to end. */
  readonly onFailure: (error: Error) => void;
}

/** The thread that samples this one, from its start to its end. It keeps no process alive. */
export class StallLink {
  readonly shared = new Int32Array(new SharedArrayBuffer(4 * SHARED_INTS));
  readonly #thread: Worker;
  #isEnding = false;

  constructor(options: StallLinkOptions) {
    const { beat, beatMillis, probeAfterMillis, probe, onMessage, onFailure } = options;
    this.shared[0] = beat;
    const workerData: StallThreadData = {
      shared: this.shared,
      beatMillis,
      probeAfterMillis,
      probe,
      programFolder: programFolder(),
    };
    this.#thread = new Worker(THREAD, {
      workerData,
      name: 'stall watch',
      // Neither the app's imports nor its secrets.
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: {},
      resourceLimits: THREAD_MEMORY,
    });
    const fail = (error: Error): void => {
      if (this.#isEnding) return;
      void this.end();
      onFailure(error);
    };
    this.#thread.on('error', fail);
    this.#thread.on('exit', () => fail(new Error('the thread ended')));
    this.#thread.on('message', (message: FromStallThread) => {
      if (message.kind === 'failed') fail(new Error(message.message));
      else if (!this.#isEnding) onMessage(message);
    });
    // Listening keeps a process alive, too.
    this.#thread.unref();
  }

  tell(message: ToStallThread): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#thread.postMessage(message);
  }

  /** Resolves when the thread has ended; if it does not, it is terminated. */
  async end(): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    // The process must not end before what is written after this.
    this.#thread.ref();
    const ended = new Promise<void>((resolve) => this.#thread.once('exit', () => resolve()));
    this.tell({ kind: 'stop' });
    const kill = setTimeout(() => void this.#thread.terminate(), STOP_MILLIS);
    await ended;
    clearTimeout(kill);
  }

  /** For a process that ends at once: until the thread has disconnected, Node would say that it waits for a debugger. */
  endNow(): void {
    if (this.#isEnding) return;
    Atomics.store(this.shared, STOP, 1);
    Atomics.wait(this.shared, DONE, 0, STOP_MILLIS);
  }
}
