import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { Agent } from 'node:http';
import { fileURLToPath } from 'node:url';
import { closeDatabase } from '../../src/db/open-database.ts';
import { openBlogData } from '../../src/db/open-blog-data.ts';
import { PostStore } from '../../src/posts/post-store.ts';
import { seedWelcomePosts } from '../../src/posts/welcome-posts.ts';
import { rawRequest, type RawAnswer, type RawRequest } from '../fixtures/raw-request.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const TOKEN = 'a-token-for-the-tests-0123456789';

/** The environment of a child: this one's, less what would configure telemetry but for who makes the spans, plus what the test says. */
export function childEnvironment(env: Readonly<Record<string, string>>): Record<string, string> {
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^(METRICS_(?!SPANS$)|OTEL_|PORT$|HOST$|PUBLIC_URL$|DATA_DIR$|LOG_LEVEL$|NODE_OPTIONS$)/.test(name),
  );
  return { ...(Object.fromEntries(inherited) as Record<string, string>), ...env };
}

/** Runs a program of the project to its end. */
export async function runToEnd(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  executable = process.execPath,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(executable, args, {
    cwd: ROOT,
    env: childEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

export const START_ARGUMENTS = [
  '--disable-warning=ExperimentalWarning',
  '-r',
  './src/require-node.cjs',
  '--import',
  './otel/register.ts',
  'src/main.ts',
];

/** What a first start writes into an empty folder. This process renders the posts in a tenth of the time of one that has rendered nothing. */
function writeFirstPosts(dataDir: string): void {
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0) return;
  const database = openBlogData(dataDir);
  seedWelcomePosts({ database, posts: new PostStore(database) });
  closeDatabase(database);
}

/** The thread that watches for stalls, as it is by default. It takes a quarter of a start, so that only tests that are about it have it. */
export const WATCHED = { METRICS_LOOP_STALL: '0.25' };
const UNWATCHED = { METRICS_LOOP_STALL: '0' };

/** What runs node, and its arguments before those of node. */
export interface Launcher {
  readonly executable: string;
  readonly before: readonly string[];
}

/** The blog as `npm start` runs it, a process of its own on a free port of loopback. */
export class BlogProcess {
  readonly address: string;
  readonly dataDir: string;
  readonly #child: ChildProcess;
  readonly #output: { text: string };
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 32 });

  private constructor(child: ChildProcess, output: { text: string }, address: string, dataDir: string) {
    this.#child = child;
    this.#output = output;
    this.address = address;
    this.dataDir = dataDir;
  }

  /**
   * Starts it as cheaply as most tests want it: on data like those of an earlier first start, if there are none, without a watch for stalls
   * and with passwords at a low cost.
   */
  static start(
    dataDir: string,
    env: Readonly<Record<string, string>> = {},
    args: readonly string[] = START_ARGUMENTS,
  ): Promise<BlogProcess> {
    writeFirstPosts(dataDir);
    return BlogProcess.launch(dataDir, { ...UNWATCHED, ...env }, [
      '-r',
      './test/integration/cheap-passwords.cjs',
      ...args,
    ]);
  }

  /** Starts it on the data as they are: in an empty folder, its first start. */
  static async launch(
    dataDir: string,
    env: Readonly<Record<string, string>> = {},
    args: readonly string[] = START_ARGUMENTS,
    { executable, before }: Launcher = { executable: process.execPath, before: [] },
  ): Promise<BlogProcess> {
    const child = spawn(executable, [...before, ...args], {
      cwd: ROOT,
      env: childEnvironment({ PORT: '0', DATA_DIR: dataDir, METRICS_TOKEN: TOKEN, ...env }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { text: '' };
    const address = await new Promise<string>((resolve, reject) => {
      const collect = (text: string): void => {
        output.text += text;
        const found = /Glasshouse is at (http:\S+)/.exec(output.text);
        if (found !== null) resolve(found[1]!);
      };
      child.stdout.setEncoding('utf8').on('data', collect);
      child.stderr.setEncoding('utf8').on('data', collect);
      child.once('exit', (code) =>
        reject(new Error(`the blog ended with ${code} before it answered:\n${output.text}`)),
      );
    });
    return new BlogProcess(child, output, address, dataDir);
  }

  /** What it printed so far, both streams. */
  get output(): string {
    return this.#output.text;
  }
  get pid(): number {
    return this.#child.pid!;
  }

  ask(path: string, options: Omit<RawRequest, 'agent' | 'body'> = {}): Promise<RawAnswer> {
    const { pathname, search } = new URL(path, this.address);
    return rawRequest(this.address, pathname + search, { agent: this.#agent, ...options });
  }

  /** `/admin/metrics` as a script reads it. */
  async metrics<T = Record<string, never>>(path = '/admin/metrics'): Promise<T> {
    const { status, body } = await this.ask(path, {
      headers: { authorization: `Bearer ${TOKEN}`, accept: 'application/json' },
    });
    if (status !== 200) throw new Error(`${path} answered ${status}: ${body.toString()}`);
    return JSON.parse(body.toString()) as T;
  }

  /** Asks it to stop and waits; answers its exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.#agent.destroy();
    if (this.#child.exitCode !== null) return this.#child.exitCode;
    const ended = once(this.#child, 'exit') as Promise<[number | null]>;
    this.#child.kill(signal);
    return (await ended)[0];
  }
}
