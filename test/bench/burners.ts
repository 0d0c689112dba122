import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';

/** Programs that want every core, until they are stopped; they end by themselves when this process does. */
export class Burners {
  readonly #children: readonly ChildProcess[] = Array.from({ length: availableParallelism() }, () =>
    spawn(process.execPath, ['-e', BURN], { stdio: ['pipe', 'ignore', 'inherit'] }),
  );

  async stop(): Promise<void> {
    await Promise.all(
      this.#children.map(async (child) => {
        const exited = once(child, 'exit');
        child.kill('SIGKILL');
        await exited;
      }),
    );
  }
}

/** In slices, so that the end of its input is seen. */
const BURN = `
  process.stdin.resume().on('end', () => process.exit());
  const burn = () => { const until = performance.now() + 50; while (performance.now() < until); setImmediate(burn); };
  burn();
`;
