import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { takeTurns, type RequestTurns } from '../../../src/http/request-turns.ts';

const requestText = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const paths = (count: number): string[] => Array.from({ length: count }, (_, index) => `/${index}`);

describe('requests that are sent in one write', () => {
  let server: Server;
  let turns: RequestTurns;
  let handle: (request: IncomingMessage, response: ServerResponse) => void;
  let clients: Socket[];

  async function listen(options: { readonly maxWaiting?: number } = {}): Promise<void> {
    turns = takeTurns((request, response) => handle(request, response), options);
    server = createServer(turns.listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  beforeEach(() => {
    clients = [];
  });
  afterEach(async () => {
    for (const client of clients) client.destroy();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  function client(): Socket {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').setEncoding('latin1');
    socket.on('error', () => {});
    clients.push(socket);
    return socket;
  }
  /** What came back, once `end` is in it. */
  function received(socket: Socket, end: string): Promise<string> {
    return new Promise((resolve) => {
      let text = '';
      socket.on('data', (chunk: string) => {
        text += chunk;
        if (text.includes(end)) resolve(text);
      });
      socket.on('close', () => resolve(text));
    });
  }

  it('are in the app one at a time, and answered in order', async () => {
    let inside = 0;
    let most = 0;
    handle = (request, response) => {
      most = Math.max(most, ++inside);
      setImmediate(() => {
        inside--;
        response.end(`<${request.url}>`);
      });
    };
    await listen();
    const socket = client();
    const all = paths(500);
    socket.write(all.map(requestText).join(''));
    const text = await received(socket, '</499>');
    expect([...text.matchAll(/<(\/\d+)>/g)].map(([, path]) => path)).toEqual(all);
    expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(500);
    expect([most, turns.waiting]).toEqual([1, 0]);
  });

  it('are interrupted by another client’s request after a few of them', async () => {
    const answered: string[] = [];
    handle = (request, response) => {
      answered.push(request.url!);
      response.end(`<${request.url}>`);
    };
    await listen();
    const reader = client();
    await once(reader, 'connect');
    const flood = [client(), client(), client()];
    const asked = received(reader, '</reader>');
    flood[0]!.once('data', () => reader.write(requestText('/reader')));
    for (const socket of flood) socket.write(paths(1000).map(requestText).join(''));
    await asked;
    expect(answered.length).toBeLessThan(500);
    expect(answered).toContain('/reader');
  });

  it('of several clients take turns', async () => {
    const answered: string[] = [];
    handle = (request, response) => {
      answered.push(request.url!);
      response.end(`<${request.url}>`);
    };
    await listen();
    const [a, b] = [client(), client()];
    await Promise.all([once(a, 'connect'), once(b, 'connect')]);
    const done = Promise.all([received(a, '</a199>'), received(b, '</b199>')]);
    for (const [name, socket] of [
      ['a', a],
      ['b', b],
    ] as const)
      socket.write(
        paths(200)
          .map((path) => requestText(`/${name}${path.slice(1)}`))
          .join(''),
      );
    await done;
    // While both wait, neither is ahead of the other by more than what it had before the other came.
    const firstOfBoth = Math.max(answered.indexOf('/a0'), answered.indexOf('/b0'));
    const together = answered.slice(firstOfBoth, firstOfBoth + 100);
    const ofA = together.filter((path) => path.startsWith('/a')).length;
    expect(Math.abs(ofA - 50)).toBeLessThanOrEqual(2);
  });

  it('are read no further while they wait', async () => {
    const held: ServerResponse[] = [];
    handle = (_, response) => void held.push(response);
    await listen();
    const socket = client();
    const sent = Buffer.from(paths(50_000).map(requestText).join(''));
    socket.write(sent);
    await once(server, 'request');
    await new Promise(setImmediate);
    const first = turns.waiting;
    expect(first).toBeGreaterThan(100);
    // Each answer makes node ask for more, which must wait until nothing waits.
    for (let answer = 0; answer < 20; answer++) {
      while (held.length === 0) await new Promise(setImmediate);
      held.pop()!.end();
    }
    while (held.length === 0) await new Promise(setImmediate);
    expect(turns.waiting).toBe(first - 20);
  });

  it('are forgotten when their client leaves', async () => {
    let handled = 0;
    let first: ServerResponse | undefined;
    handle = (_, response) => {
      handled++;
      first = response;
    };
    await listen();
    const socket = client();
    socket.write(paths(300).map(requestText).join(''));
    while (turns.waiting < 299) await new Promise(setImmediate);
    first!.on('error', () => {});
    const gone = new Promise((resolve) => first!.req.socket.once('close', resolve));
    socket.resetAndDestroy();
    // What is not read learns of it by writing.
    first!.write('x'.repeat(100_000));
    const more = setInterval(() => first!.write('x'.repeat(100_000)), 1);
    await gone;
    clearInterval(more);
    expect([handled, turns.waiting]).toEqual([1, 0]);
  });

  it('beyond the limit of all close the connection that sent them', async () => {
    handle = () => {};
    await listen({ maxWaiting: 50 });
    const [modest, greedy] = [client(), client()];
    modest.write(paths(10).map(requestText).join(''));
    while (turns.waiting < 9) await new Promise(setImmediate);
    greedy.write(paths(100).map(requestText).join(''));
    await once(greedy, 'close');
    expect([turns.waiting, modest.destroyed]).toEqual([9, false]);
  });

  it('keep their bodies', async () => {
    handle = async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      response.end(`<${request.url}=${body}>`);
    };
    await listen();
    const socket = client();
    const posts = paths(50).map(
      (path) => `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${path.length}\r\n\r\n${path}`,
    );
    // The last one in two writes, as nothing more may be read before its turn.
    const text = posts.join('');
    socket.write(text.slice(0, -2));
    const before = received(socket, '</48=');
    const answers = received(socket, '</49=');
    await before;
    socket.write(text.slice(-2));
    expect([...(await answers).matchAll(/<(\/\d+)=(\/\d+)>/g)].every(([, path, body]) => path === body)).toBe(
      true,
    );
  });

  it('are followed by the work that waited for them', async () => {
    const done: string[] = [];
    handle = (request, response) => {
      done.push(request.url!);
      if (request.url === '/0') turns.whenAnswered(request.socket, () => done.push('last'));
      response.end(`<${request.url}>`);
    };
    await listen();
    const socket = client();
    socket.write(paths(3).map(requestText).join(''));
    await received(socket, '</2>');
    while (done.length < 4) await new Promise(setImmediate);
    expect(done).toEqual(['/0', '/1', '/2', 'last']);
    turns.whenAnswered(clients[0]!, () => done.push('at once'));
    expect(done.at(-1)).toBe('at once');
  });

  describe('requests of a connection that is being closed', () => {
    async function inApp(
      path: string,
      count = 1,
    ): Promise<{ readonly socket: Socket; readonly response: ServerResponse }> {
      const begun = new Promise<ServerResponse>((resolve) => {
        handle = (_, given) => resolve(given);
      });
      await listen();
      // Only what is under test closes a connection.
      server.keepAliveTimeout = 0;
      const socket = client();
      socket.write(requestText(path).repeat(count));
      const response = await begun;
      while (turns.waiting < count - 1) await new Promise(setImmediate);
      return { socket, response };
    }

    it('send Connection: close in a response that has not begun, and drop what waits', async () => {
      const { socket, response } = await inApp('/', 5);
      turns.finish(response.req.socket);
      response.end('<last>');
      const text = await received(socket, 'never');
      expect(text).toContain('Connection: close');
      expect(text).toContain('<last>');
      expect([text.match(/HTTP\/1\.1 200/g), turns.waiting]).toEqual([['HTTP/1.1 200'], 0]);
    });

    it('close it behind an answer whose head has left', async () => {
      const { socket, response } = await inApp('/');
      response.write('<first>');
      await received(socket, '<first>');
      turns.finish(response.req.socket);
      const rest = received(socket, 'never');
      response.end('<last>');
      expect(await rest).toContain('<last>');
    });

    it('send responses that are written but not sent yet', async () => {
      const { socket, response } = await inApp('/');
      const body = 'x'.repeat(8_000_000);
      socket.pause();
      response.end(body);
      turns.finish(response.req.socket);
      const text = received(socket, 'never');
      socket.resume();
      expect((await text).split('\r\n\r\n')[1]!.length).toBe(body.length);
    });

    it('close it at once where none is answered', async () => {
      await listen();
      const arrived = once(server, 'connection') as Promise<[Socket]>;
      const socket = client();
      turns.finish((await arrived)[0]);
      expect(await received(socket, 'never')).toBe('');
    });
  });
});
