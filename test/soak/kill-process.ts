import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { childEnvironment, ROOT } from '../integration/blog-process.ts';

/** Runs a command of the project; kills it after so many milliseconds unless it ends before. Answers its exit code; null: killed. */
export async function runAndKill(
  args: readonly string[],
  afterMillis: number | undefined,
): Promise<{ readonly code: number | null; readonly millis: number }> {
  const started = performance.now();
  const child = spawn(process.execPath, ['--no-warnings', ...args], {
    cwd: ROOT,
    env: childEnvironment({}),
    stdio: 'ignore',
  });
  const timer = afterMillis === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), afterMillis);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  return { code, millis: performance.now() - started };
}
