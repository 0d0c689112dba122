import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createNetServer, type Server } from 'node:net';
import { expect, it } from '@jest/globals';
import { FirstListening } from '../../../otel/instrumentation/first-listening.ts';

async function listen(server: Server): Promise<void> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

it('the first server that answers requests is noticed when it listens, and only the first', async () => {
  const noticed: boolean[] = [];
  const web = createServer(() => {});
  const listening = new FirstListening(() => noticed.push(web.listening));
  listening.start();
  const other = createNetServer();
  const second = createServer(() => {});
  await listen(other);
  expect(noticed).toEqual([]);
  await listen(web);
  await listen(second);
  expect(noticed).toEqual([true]);
  listening.stop();
  const late = new FirstListening(() => noticed.push(false));
  late.start();
  late.stop();
  const third = createServer(() => {});
  await listen(third);
  expect(noticed).toEqual([true]);
  for (const server of [other, web, second, third]) server.close();
});
