import { getPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from '@jest/globals';

const MODULE = new URL('../../../src/process/thread-priority.ts', import.meta.url);
/** Runs as a module in a thread of its own: the priority of that thread before and after, and of the whole process. */
const THREAD = `
  import { readlinkSync } from 'node:fs';
  import { getPriority } from 'node:os';
  import { parentPort } from 'node:worker_threads';
  import { lowerThreadPriority } from '${MODULE.href}';
  const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
  const before = getPriority(thread);
  lowerThreadPriority();
  parentPort.postMessage({ before, after: getPriority(thread) });
`;

const linuxOnly = process.platform === 'linux' ? describe : describe.skip;

linuxOnly('the priority of a thread', () => {
  it('is lower than that of the process, which stays', async () => {
    const ours = getPriority(process.pid);
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(THREAD)}`), {
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    const said = await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    await worker.terminate();
    expect(said).toEqual({ before: ours, after: Math.min(19, ours + 10) });
    expect(getPriority(process.pid)).toBe(ours);
  });
});
