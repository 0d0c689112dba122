import type { Guard } from '../base/guard.ts';
import { redactedText } from '../base/redacted-text.ts';
import { untraced } from '../base/untraced.ts';
import type { HistoryFile } from './history-file.ts';
import type { HistoryPart } from './history-part.ts';
import type { ProcessRuns } from './process-runs.ts';
import type { CrashCause } from './run-table.ts';

/** Of an error that ended the process. */
const MAX_REASON_CHARS = 300;
const MAX_STACK_CHARS = 4000;
/** What is pending is written for so long: a crash should not take longer than a restart. */
const MAX_FLUSH_MILLIS = 1000;

/** Notes in the history file how a process ends that exits without being stopped, and has what is pending written. */
export class ExitWatch implements HistoryPart {
  readonly #process: Pick<NodeJS.Process, 'on' | 'off'>;
  readonly #runs: ProcessRuns;
  readonly #guard: Guard;
  readonly #flush: (maxMillis: number) => void;
  #file: HistoryFile | undefined;
  #uncaught: CrashCause | undefined;

  /** @param flush Writes what is pending; must not throw. */
  constructor(
    process: Pick<NodeJS.Process, 'on' | 'off'>,
    runs: ProcessRuns,
    guard: Guard,
    flush: (maxMillis: number) => void,
  ) {
    this.#flush = flush;
    this.#process = process;
    this.#runs = runs;
    this.#guard = guard;
  }

  restore(file: HistoryFile): void {
    this.#file = file;
    this.#process.on('uncaughtExceptionMonitor', this.#onUncaught);
    this.#process.on('exit', this.#onExit);
  }

  /** A damaged file may have been replaced. */
  write(file: HistoryFile): void {
    this.#file = file;
  }

  close(): void {
    this.#process.off('uncaughtExceptionMonitor', this.#onUncaught);
    this.#process.off('exit', this.#onExit);
  }

  /** What is thrown here would take the place of the app's error. Not every value has a text. */
  readonly #onUncaught = (error: unknown): void => {
    this.#uncaught = this.#guard.run('history.uncaught', () => causeOf(error), undefined);
  };

  /** Only what is done at once is done. */
  readonly #onExit = (code: number): void => {
    this.#guard.run('history.exit', () => untraced(() => this.#note(code)), undefined);
    this.#flush(MAX_FLUSH_MILLIS);
  };

  #note(code: number): void {
    if (this.#file === undefined) return;
    if (code === 0) this.#runs.close(this.#file);
    else this.#runs.exit(this.#file, this.#uncaught ?? { reason: `exit code ${code}` });
  }
}

/** Without credentials. */
function causeOf(error: unknown): CrashCause {
  const stack = error instanceof Error ? error.stack : undefined;
  return {
    reason: redactedText(String(error)).slice(0, MAX_REASON_CHARS),
    stack: stack === undefined ? undefined : redactedText(stack.slice(0, MAX_STACK_CHARS)),
  };
}
