import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A Collector, or another program that says when it is ready; it can end and start again where it was. */
export class ReceiverProgram {
  readonly #program: string;
  readonly #args: readonly string[];
  readonly #ready: string;
  #child: ChildProcess | undefined;

  /** `ready` is what it prints on stderr once it is: by default as a Collector does. */
  constructor(program: string, args: readonly string[], ready = 'Everything is ready') {
    this.#program = program;
    this.#args = args;
    this.#ready = ready;
  }

  get pid(): number {
    return this.#child!.pid!;
  }

  /** Resolves when it is ready; rejects with what it printed if it ends before. */
  async startAgain(): Promise<void> {
    const child = spawn(this.#program, this.#args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      let output = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (output.includes(this.#ready)) resolve();
      });
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`${this.#program} ended with ${code}:\n${output}`)));
    });
  }

  send(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal);
  }

  /** Resolves when it is over. */
  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}
