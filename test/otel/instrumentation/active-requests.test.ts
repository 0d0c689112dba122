import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { activeTelemetry, startTelemetry } from '../../../otel/telemetry.ts';
import { readOpenMetrics } from '../../fixtures/open-metrics.ts';

afterEach(() => activeTelemetry().shutdown());

async function activeOf(): Promise<Readonly<Record<string, number>>> {
  const { text } = await activeTelemetry().query.prometheus('application/openmetrics-text');
  const samples = readOpenMetrics(text).get('http_server_active_requests')?.samples ?? [];
  return Object.fromEntries(samples.map(({ labels, value }) => [labels['http_request_method'], value]));
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function send(port: number, ...heads: readonly string[]): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.resume();
  socket.write(heads.map((head) => `${head} HTTP/1.1\r\nHost: a\r\n\r\n`).join(''));
  return socket;
}

describe('http.server.active_requests', () => {
  it('counts each request until its end, however it ends', async () => {
    await startTelemetry({ env: {}, ignorePaths: ['/untraced'] });
    const held: ServerResponse[] = [];
    const server = createServer((request: IncomingMessage, response: ServerResponse) => {
      if (request.url === '/held' || request.url === '/untraced') held.push(response);
      else response.end('done');
    });
    const port = await listening(server);
    const arrived = async (count: number): Promise<void> => {
      while (held.length < count) await once(server, 'request');
    };

    const complete = send(port, 'GET /held');
    const aborted = send(port, 'GET /held');
    // Behind the first one, two wait for their turn to be sent.
    const pipelined = send(port, 'POST /held', 'GET /', 'GET /held');
    const untraced = send(port, 'GET /untraced');
    await arrived(5);
    expect(await activeOf()).toEqual({ GET: 4, POST: 1 });

    const closed = held.map(async (response) => once(response, 'close'));
    held.find(({ req }) => req.socket.remotePort === complete.localPort)!.end();
    aborted.destroy();
    pipelined.destroy();
    untraced.destroy();
    await Promise.all(closed);
    complete.destroy();
    server.close();
    await once(server, 'close');
    expect(await activeOf()).toEqual({ GET: 0, POST: 0 });
    expect(activeTelemetry().query.operations().http.count).toBe(5);
  });
});
