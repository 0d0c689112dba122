import { describe, expect, it } from '@jest/globals';
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { RuntimeSample } from '../../../otel/query.ts';
import { processFacts, type RuntimeReader } from '../../../otel/store/process-facts.ts';

const current: RuntimeSample = {
  atMillis: 0,
  rssBytes: 500,
  heapUsedBytes: 40,
  heapTotalBytes: 60,
  externalBytes: 5,
  cpuUtilization: 0,
  eventLoopDelayP50Millis: 0,
  eventLoopDelayP99Millis: 0,
  eventLoopUtilization: 0,
  gcPauseMillis: 0,
  gcCount: 0,
  activeHandles: 1,
};
const reader: RuntimeReader = { current: () => current, samples: () => [], highWaterRssBytes: 400 };

describe('processFacts', () => {
  it('takes the resident size of now for the highest when it is', () => {
    expect(processFacts(reader, 0).highWaterRssBytes).toBe(500);
  });

  it('counts handles by kind', async () => {
    const listening = (): number => processFacts(reader, 0).handles['TCPServerWrap'] ?? 0;
    const before = listening();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    expect(listening()).toBe(before + 1);
    server.close();
    await once(server, 'close');
  });

  it('tells memory of the machine that can be, and a heap that fits a number', () => {
    const { machine, heapLimitBytes } = processFacts(reader, 0);
    expect(machine.processors).toBeGreaterThanOrEqual(1);
    expect(machine.memoryBytes).toBeLessThan(2 ** 50);
    expect(machine.availableMemoryBytes).toBeGreaterThan(0);
    expect(machine.availableMemoryBytes).toBeLessThanOrEqual(machine.memoryBytes);
    expect(heapLimitBytes).toBeGreaterThan(2 ** 20);
  });
});
