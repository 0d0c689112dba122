import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { BlogProcess, START_ARGUMENTS } from './blog-process.ts';

export interface Clocks {
  readonly wallMillis: number;
  readonly monotonicMillis: number;
}

/** The blog in a process whose clocks stand still until they are moved: what is sent is counted at a known millisecond. */
export class ClockedBlog {
  readonly blog: BlogProcess;
  readonly #socket: Socket;
  readonly #lines: Interface;
  wallMillis: number;

  private constructor(blog: BlogProcess, socket: Socket, wallMillis: number) {
    this.blog = blog;
    this.#socket = socket;
    this.#lines = createInterface(socket);
    this.wallMillis = wallMillis;
  }

  static async start(
    dataDir: string,
    wallMillis: number,
    env: Readonly<Record<string, string>> = {},
  ): Promise<ClockedBlog> {
    const path = join(dataDir, 'clock.sock');
    const blog = await BlogProcess.start(
      dataDir,
      { ...env, FAKED_CLOCK_START: String(wallMillis), FAKED_CLOCK_SOCKET: path },
      [
        ...START_ARGUMENTS.slice(0, 3),
        '--import',
        './test/integration/faked-clock.ts',
        ...START_ARGUMENTS.slice(3),
      ],
    );
    const socket = createConnection(path);
    socket.on('error', () => {});
    return new ClockedBlog(blog, socket, wallMillis);
  }

  /** Time passes, in hops that end no later than `hop` after each other. */
  advance(millis: number, hop = 60_000): Promise<void> {
    return this.#move({ advance: millis, hop });
  }

  /** Somebody sets the wall clock. */
  step(millis: number): Promise<void> {
    return this.#move({ step: millis });
  }

  async #move(move: Readonly<Record<string, number>>): Promise<void> {
    const answer = new Promise<string>((resolve, reject) => {
      this.#lines.once('line', resolve);
      this.#socket.once('close', () => reject(new Error(`the blog has ended:\n${this.blog.output}`)));
    });
    this.#socket.write(`${JSON.stringify(move)}\n`);
    this.wallMillis = (JSON.parse(await answer) as Clocks).wallMillis;
    this.#socket.removeAllListeners('close');
  }

  stop(signal?: NodeJS.Signals): Promise<number | null> {
    this.#socket.destroy();
    return this.blog.stop(signal);
  }
}
