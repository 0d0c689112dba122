import { describe, expect, it, jest } from '@jest/globals';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { processFacts } from '../../../otel/store/process-facts.ts';
import { fakeRuntime, SAMPLE } from './store-fixture.ts';

describe('processFacts', () => {
  it('returns what the sampler knows', () => {
    expect(processFacts({ ...fakeRuntime, problem: 'EMFILE' })).toMatchObject({
      startedAtMillis: SAMPLE.processStartedAtMillis,
      current: SAMPLE,
      problem: 'EMFILE',
      highWaterRssBytes: 400,
      openFilesLimit: 1024,
    });
  });

  it('returns a result if nothing of the machine can be read', () => {
    const unreadable = (): never => {
      throw new Error('EMFILE');
    };
    const spies = [
      jest.spyOn(process, 'availableMemory').mockImplementation(unreadable),
      jest.spyOn(process, 'constrainedMemory').mockImplementation(unreadable),
    ];
    const { machine } = processFacts(fakeRuntime);
    for (const spy of spies) spy.mockRestore();
    expect(machine.availableMemoryBytes).toBeNaN();
    expect(machine.memoryBytes).toBeGreaterThan(0);
  });

  it('counts handles by kind', async () => {
    const listening = (): number => processFacts(fakeRuntime).handles['TCPServerWrap'] ?? 0;
    const before = listening();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    expect(listening()).toBe(before + 1);
    server.close();
    await once(server, 'close');
  });

  it('returns plausible machine memory, and a finite heap limit', () => {
    const { machine, heapLimitBytes } = processFacts(fakeRuntime);
    expect(machine.processors).toBeGreaterThanOrEqual(1);
    expect(machine.memoryBytes).toBeLessThan(2 ** 50);
    expect(machine.availableMemoryBytes).toBeGreaterThan(0);
    expect(machine.availableMemoryBytes).toBeLessThanOrEqual(machine.memoryBytes);
    expect(heapLimitBytes).toBeGreaterThan(2 ** 20);
  });
});
