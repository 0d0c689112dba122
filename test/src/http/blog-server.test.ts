import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import Koa from 'koa';
import { CONNECTION_TIMES, createBlogServer, type ConnectionTimes } from '../../../src/http/blog-server.ts';
import { LiveStreams } from '../../../src/observatory/live/live-streams.ts';

const NEVER: ConnectionTimes = {
  headMillis: 600_000,
  requestMillis: 600_000,
  stallMillis: 600_000,
  keptMillis: 600_000,
  checkMillis: 10,
};
type Handle = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
const clients: Socket[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

async function listen(handle: Handle, times: Partial<ConnectionTimes> = {}): Promise<void> {
  ({ server } = createBlogServer(handle, { ...NEVER, ...times }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

function client(text = ''): Socket {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').setEncoding('latin1');
  socket.on('error', () => {});
  socket.write(text);
  clients.push(socket);
  return socket;
}

/** All that comes until the server closes. */
function received(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk: string) => (text += chunk));
    socket.on('close', () => resolve(text));
  });
}
const HEAD = 'GET / HTTP/1.1\r\nHost: a\r\n';

describe('a request that does not arrive', () => {
  it('in its head is refused with 408', async () => {
    // Long enough for the bytes to be read on a busy machine: a connection without any is closed in silence.
    await listen(() => {}, { headMillis: 1000, requestMillis: 1000 });
    const text = await received(client(HEAD));
    expect(text).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\nConnection: close\r\n/);
    expect(text).toContain('408 The request did not arrive in time.');
  });

  it('in its body is answered with 408 in the place of the app', async () => {
    let tell = (_thrown: unknown): void => {};
    const thrown = new Promise<unknown>((resolve) => (tell = resolve));
    const read = async (request: IncomingMessage): Promise<void> => {
      for await (const chunk of request) void chunk;
    };
    await listen((request) => void read(request).catch(tell), { headMillis: 50, requestMillis: 50 });
    const text = received(client('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc'));
    expect(await text).toMatch(/^HTTP\/1\.1 408 [\s\S]*408 The request did not arrive/);
    expect(await thrown).toMatchObject({ code: 'ECONNABORTED' });
  });

  it('is not late while the ones before it keep it waiting', async () => {
    await listen(
      (request, response) =>
        void setTimeout(() => response.end(`<${request.url}>`), request.url === '/' ? 10 : 0),
      { headMillis: 40, requestMillis: 40 },
    );
    const socket = client(`${`${HEAD}\r\n`.repeat(20)}GET /last HTT`);
    let text = '';
    socket.on('data', (chunk: string) => (text += chunk));
    while (text.split('</>').length < 21) await once(socket, 'data');
    socket.write('P/1.1\r\nHost: a\r\n\r\n');
    while (!text.includes('</last>')) await once(socket, 'data');
    expect(text).not.toContain('408');
  });
});

describe('input that is not a request', () => {
  it.each([
    ['GARBAGE\r\n\r\n', '400 Bad Request'],
    [`${HEAD}X: ${'x'.repeat(20_000)}\r\n\r\n`, '431 Request Header Fields Too Large'],
    ['CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n', '405 Method Not Allowed'],
  ])('is refused in words: %j', async (sent, line) => {
    await listen(() => {});
    const [head = '', words] = (await received(client(sent))).split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${line}`);
    expect(head).toContain('Content-Type: text/plain; charset=utf-8');
    expect(words).toMatch(new RegExp(`^${line.slice(0, 3)} [A-Z].*\\.\\n$`));
  });

  it('in a body is answered with 400', async () => {
    await listen((request) => void request.resume());
    const text = await received(
      client('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'),
    );
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('does not cost the requests before it their answers', async () => {
    await listen((request, response) => void setImmediate(() => response.end(`<${request.url}>`)));
    const text = await received(client(`${HEAD}\r\n`.repeat(5) + 'GARBAGE\r\n\r\n'));
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual([...Array<string>(5).fill('HTTP/1.1 200'), 'HTTP/1.1 400']);
  });

  it('is refused before the app: no Host, an unknown expectation', async () => {
    const seen: (string | undefined)[] = [];
    await listen((request, response) => {
      seen.push(request.headers.host ?? request.headers.expect);
      response.end();
    });
    const sent = [
      'GET / HTTP/1.1\r\nExpect: magic\r\nConnection: close\r\n\r\n',
      `${HEAD}Connection: close\r\n\r\n`,
    ];
    for (const text of sent) expect(await received(client(text))).toMatch(/^HTTP\/1\.1 200/);
    expect(seen).toEqual(['magic', 'a']);
  });
});

describe('a client that reads nothing', () => {
  it('of a download loses its connection, as a client that has gone', async () => {
    const begun = new Promise<ServerResponse>((resolve) => {
      void listen(
        (_, response) => {
          response.write('x'.repeat(20_000_000));
          resolve(response);
        },
        { stallMillis: 100 },
      ).then(() => client(`${HEAD}\r\n`).pause());
    });
    const response = await begun;
    const { socket } = response.req;
    await new Promise((resolve) => response.once('close', resolve));
    expect(socket.errored).toMatchObject({ name: 'ClientStalled', code: 'ETIMEDOUT' });
  });

  it('of a live stream loses its place', async () => {
    const live = new LiveStreams({ onChange: () => () => {} });
    let drawn = 0;
    // More than sockets hold, so that the viewer who does not read keeps it waiting.
    const page = 'x'.repeat(16_000_000);
    const app = new Koa();
    app.silent = true;
    app.use((ctx) => {
      // eslint-disable-next-line require-yield
      ctx.body = live.connect('/', function* () {
        drawn++;
        return { page };
      });
    });
    await listen(app.callback(), { stallMillis: 100 });
    client(`${HEAD}\r\n`).pause();
    while (live.viewers === 0) await new Promise(setImmediate);
    while (live.viewers > 0) await new Promise(setImmediate);
    expect(drawn).toBeGreaterThan(0);
  });

  it('leaves a keep-alive connection without an error', async () => {
    await listen((_, response) => void response.end('<end>'), { keptMillis: 20 });
    const arrived = once(server, 'connection') as Promise<[Socket]>;
    const text = received(client(`${HEAD}\r\n`));
    const [socket] = await arrived;
    expect(await text).toContain('<end>');
    expect(socket.errored).toBeNull();
  });
});

describe('the times', () => {
  it('are those of the server', () => {
    const made = createBlogServer(() => {});
    ({ server } = made);
    server.listen(0, '127.0.0.1');
    const { headersTimeout, requestTimeout, keepAliveTimeout, timeout } = server;
    expect({ headersTimeout, requestTimeout, keepAliveTimeout, timeout }).toEqual({
      headersTimeout: CONNECTION_TIMES.headMillis,
      requestTimeout: CONNECTION_TIMES.requestMillis,
      keepAliveTimeout: CONNECTION_TIMES.keptMillis,
      timeout: CONNECTION_TIMES.stallMillis,
    });
  });
});
