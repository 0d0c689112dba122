import { describe, expect, it } from '@jest/globals';
import { WorkGate, WorkGateFullError } from '../../../src/process/work-gate.ts';

describe('WorkGate', () => {
  it('runs two, lets two wait, and rejects the fifth at once', async () => {
    const gate = new WorkGate({ maxRunning: 2, maxWaiting: 2 });
    let running = 0;
    let most = 0;
    const release: (() => void)[] = [];
    const work = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => release.push(resolve));
      running -= 1;
    };
    const all = [1, 2, 3, 4].map(() => gate.run(work));
    await expect(gate.run(work)).rejects.toBeInstanceOf(WorkGateFullError);
    const settled = Promise.all(all);
    for (let done = 0; done < 4; done++) {
      while (release.length === 0) await Promise.resolve();
      release.shift()!();
    }
    await settled;
    expect(most).toBe(2);
    await expect(gate.run(() => Promise.resolve('free again'))).resolves.toBe('free again');
  });

  it('continues after work that fails', async () => {
    const gate = new WorkGate({ maxRunning: 1, maxWaiting: 1 });
    const failed = gate.run(() => Promise.reject(new Error('no')));
    const next = gate.run(() => Promise.resolve('yes'));
    await expect(failed).rejects.toThrow('no');
    await expect(next).resolves.toBe('yes');
  });
});
