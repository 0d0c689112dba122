import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Gives the server a free port in place of the example's own, which another program may have; tells its parent which. */
const FREE_PORT = `data:text/javascript,${encodeURIComponent(`
  import { Server } from 'node:net';
  const { listen } = Server.prototype;
  Server.prototype.listen = function (_port, ...rest) {
    const last = rest.at(-1);
    this.once('listening', () => process.send(this.address().port));
    return listen.call(this, 0, '127.0.0.1', ...(typeof last === 'function' ? [last] : []));
  };
`)}`;

/** An app of a file, in a process of its own. */
export class ExampleApp {
  readonly address: string;
  readonly #child: ChildProcess;
  readonly #complaints: { text: string };

  private constructor(child: ChildProcess, address: string, complaints: { text: string }) {
    this.#child = child;
    this.address = address;
    this.#complaints = complaints;
  }

  static async start(folder: string, args: readonly string[], node = process.execPath): Promise<ExampleApp> {
    const child = spawn(node, ['--import', FREE_PORT, ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const complaints = { text: '' };
    child.stderr!.on('data', (chunk: Buffer) => (complaints.text += String(chunk)));
    const [port] = await Promise.race([once(child, 'message'), once(child, 'close')]);
    if (!child.connected) throw new Error(`the app ended before it listened: ${complaints.text}`);
    return new ExampleApp(child, `http://127.0.0.1:${String(port)}`, complaints);
  }

  /** What it wrote to its standard error. */
  get complaints(): string {
    return this.#complaints.text;
  }

  async get(path: string): Promise<{ readonly status: number; readonly text: string }> {
    const answer = await fetch(this.address + path, { headers: { connection: 'close' } });
    return { status: answer.status, text: await answer.text() };
  }

  /** Asks it to stop; its exit code and signal. */
  async stop(): Promise<readonly unknown[]> {
    if (this.#child.exitCode !== null) return [this.#child.exitCode, null];
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    return exited;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
