import { Session } from 'node:inspector';
import { deflateRawSync } from 'node:zlib';
import type { FrameNames } from './frame-names.ts';
import { profileFile, profileSummary } from './profile-summary.ts';
import type { FromStallThread, ToStallThread } from './stall-messages.ts';

/** Characters of a file; a profile of a minute has some four million. */
const MAX_FILE_CHARS = 16_000_000;

type Asked = Extract<ToStallThread, { kind: 'profile' }>;

/** One profile of the main thread, by a session of its own, as the interval of a session's profiler is fixed. For a thread beside it. */
export class MainThreadProfile {
  readonly #asked: Asked;
  readonly #names: FrameNames;
  readonly #tell: (message: FromStallThread) => void;
  readonly #session = new Session();
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(asked: Asked, names: FrameNames, tell: (message: FromStallThread) => void) {
    this.#asked = asked;
    this.#names = names;
    this.#tell = tell;
  }

  start(): void {
    const { millis, intervalMicros } = this.#asked;
    const session = this.#session;
    session.connectToMainThread();
    session.post('Profiler.enable', this.#checked());
    session.post('Profiler.setSamplingInterval', { interval: intervalMicros }, this.#checked());
    session.post(
      'Profiler.start',
      this.#checked(() => {
        this.#timer = setTimeout(() => this.#finish(), millis);
      }),
    );
  }

  /** Stops without a result. */
  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#session.disconnect();
  }

  #finish(): void {
    this.#session.post('Profiler.stop', (error, result) => {
      if (this.#isOver) return;
      if (error !== null || result === undefined) return this.#fail(error?.message ?? 'no profile');
      this.end();
      try {
        const summary = profileSummary(result.profile, this.#names);
        const text = profileFile(result.profile, this.#names);
        const file = text.length > MAX_FILE_CHARS ? undefined : deflateRawSync(text);
        this.#tell({ kind: 'profiled', id: this.#asked.id, summary, file });
      } catch (thrown) {
        this.#fail(String(thrown));
      }
    });
  }

  #checked(done: () => void = () => {}): (error: Error | null) => void {
    return (error) => {
      if (this.#isOver) return;
      if (error === null) done();
      else this.#fail(error.message);
    };
  }

  #fail(reason: string): void {
    this.end();
    this.#tell({ kind: 'profile failed', id: this.#asked.id, reason });
  }
}
