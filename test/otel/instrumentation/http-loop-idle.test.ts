import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { collectedServerSpans } from '../../fixtures/collected-server-spans.ts';
import { until } from '../../fixtures/until.ts';

const WAITED_MILLIS = 60;
const { spans, exporter } = collectedServerSpans();
/** How long the event loop slept between the handler's call and its answer, seconds. */
const slept: number[] = [];
const server = createServer((request, response) => {
  if (request.url === '/busy') {
    const end = performance.now() + WAITED_MILLIS;
    while (performance.now() < end);
    return void response.end();
  }
  const before = performance.nodeTiming.idleTime;
  // On a busy machine a timer may be late without any sleep.
  const answer = (): void => {
    const sleptMillis = performance.nodeTiming.idleTime - before;
    if (sleptMillis < WAITED_MILLIS) return void setTimeout(answer, WAITED_MILLIS);
    slept.push(sleptMillis / 1000);
    response.end();
  };
  answer();
});

beforeAll(async () => {
  spans.enable();
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => {
  spans.disable();
  server.close();
});

async function spanOf(path: string) {
  exporter.reset();
  await (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`)).text();
  const [span] = await until(
    async () => exporter.getFinishedSpans(),
    ({ length }) => length === 1,
  );
  const [seconds, nanos] = span?.duration ?? [NaN, NaN];
  return { idle: Number(span?.attributes['operation.loop_idle'] ?? 0), seconds: seconds + nanos / 1e9 };
}

describe('operation.loop_idle', () => {
  it('is for how long the event loop slept while the request waited', async () => {
    const { idle, seconds } = await spanOf('/timer');
    expect(idle).toBeGreaterThanOrEqual(slept[0] ?? NaN);
    expect(idle).toBeLessThanOrEqual(seconds);
  });

  it('has nothing of the time in which the request worked', async () => {
    const { idle, seconds } = await spanOf('/busy');
    expect(idle).toBeLessThanOrEqual(seconds - WAITED_MILLIS / 1000);
  });
});
