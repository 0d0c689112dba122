import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HttpProcess, requestText } from './http-process.ts';

describe('a completed request', () => {
  let server: HttpProcess;

  beforeAll(async () => {
    server = await HttpProcess.start({}, ['--expose-gc']);
  });
  afterAll(() => server.stop());

  it('is not retained: request, response and context are collected (G3)', async () => {
    const paths = ['/string', '/file', '/compressed', '/throw', '/fail-mid-body', '/call-out'];
    for (let round = 0; round < 5; round++) for (const path of paths) await server.exchange(path);
    const socket = await server.connect();
    const reached = server.reached('/wait-mid-body');
    socket.write(requestText('/wait-mid-body'));
    await reached;
    socket.destroy();
    for (let i = 0; i < 30 + 5 * 2 + 1; i++) await server.nextSpan();
    // A parser may retain what its last request points to until the next one; nothing more.
    let alive = Infinity;
    let seen = 0;
    for (let i = 0; i < 20 && alive > 12; i++) ({ alive, seen } = await server.collect());
    expect(seen).toBe(36 * 3);
    expect(alive).toBeLessThanOrEqual(12);
  });
});
