import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ProbeAnswer, ProbeQuestion } from './fixtures/probe.ts';
import { LoadClient } from './load-client.ts';
import type { Variant } from './variants.ts';

const file = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** The blog in a process of its own, started as `npm start` starts it, with the probe and a variant's fixture before it. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly origin: string;
  readonly client: LoadClient;
  /** From spawn to the first answer. */
  readonly startMillis: number;

  private constructor(
    child: ChildProcess,
    { origin, client }: { readonly origin: string; readonly client: LoadClient },
    startMillis: number,
  ) {
    this.#child = child;
    this.origin = origin;
    this.client = client;
    this.startMillis = startMillis;
  }

  /** Throws with what the server said when it does not come up. */
  static async start(variant: Omit<Variant, 'key'>, dataDir: string): Promise<ServerProcess> {
    const imports = [
      './fixtures/probe.ts',
      ...(variant.fixture === undefined ? [] : [`./fixtures/${variant.fixture}`]),
      ...(variant.program === undefined ? ['../../otel/register.ts'] : []),
    ];
    const before = performance.now();
    const child = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        ...imports.flatMap((path) => ['--import', file(path)]),
        file(variant.program ?? '../../src/main.ts'),
      ],
      {
        cwd: dataDir,
        env: { NODE_ENV: 'production', PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'error', ...variant.env },
        stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      },
    );
    const origin = await addressOf(child);
    const client = new LoadClient(origin);
    if (variant.program === undefined) await client.get('/health');
    return new ServerProcess(child, { origin, client }, performance.now() - before);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async ask(question: ProbeQuestion): Promise<ProbeAnswer> {
    this.#child.send(question);
    const [answer] = (await once(this.#child, 'message')) as [ProbeAnswer];
    return answer;
  }

  async stop(): Promise<void> {
    this.client.close();
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
  }
}

async function addressOf(child: ChildProcess): Promise<string> {
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`the server ended with ${code} before it listened`);
  });
  const listening = (async (): Promise<string> => {
    for await (const line of createInterface({ input: child.stdout! })) {
      const address = /http:\/\/\S+/.exec(line)?.[0];
      if (address === undefined) continue;
      child.stdout!.resume();
      return address.replace(/\/+$/, '');
    }
    throw new Error('the server closed its output before it said where it listens');
  })();
  exited.catch(() => {});
  return Promise.race([listening, exited]);
}
