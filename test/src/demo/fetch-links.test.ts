import { describe, expect, it } from '@jest/globals';
import { Agent, createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fetchAnswer, fetchText } from '../../../src/demo/fetch-links.ts';
import { afterThisTest } from '../../fixtures/after-tests.ts';

/** A server that answers the first request of each connection and closes it at the second one. */
async function serve(): Promise<{ readonly blog: string; readonly agent: Agent; readonly asked: string[] }> {
  const asked: string[] = [];
  const seen = new WeakSet<object>();
  const server: Server = createServer((request, response) => {
    asked.push(request.url!);
    if (seen.has(request.socket)) return request.socket.resetAndDestroy();
    seen.add(request.socket);
    response.end('<a href="/a">a</a>');
    return undefined;
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  afterThisTest(() => {
    agent.destroy();
    server.close();
  });
  return { blog: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, agent, asked };
}

describe('a fetched page', () => {
  it('is asked for once more if the server closes a kept connection just as it is used', async () => {
    const { blog, agent, asked } = await serve();
    expect(await fetchText(blog, '/first', agent)).toBe('<a href="/a">a</a>');
    expect(await fetchAnswer(blog, '/second', { agent })).toMatchObject({ status: 200 });
    expect(asked).toEqual(['/first', '/second', '/second']);
  });

  it('is an error if nobody answers', async () => {
    await expect(fetchText('http://127.0.0.1:9', '/', new Agent())).rejects.toThrow('ECONNREFUSED');
  });
});
