import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { BlogProcess, makeDataDir, removeDataDir } from './blog-process.ts';

interface Operations {
  readonly operations: {
    readonly http: { readonly count: number; readonly errors: number; readonly client_errors: number };
  };
}

const folder = makeDataDir();
let blog: BlogProcess;
beforeAll(async () => {
  blog = await BlogProcess.start(folder, { LOG_LEVEL: 'warn' });
});
afterAll(async () => {
  await blog.stop();
  removeDataDir(folder);
});

function sent(text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(blog.address).port), '127.0.0.1', () => socket.write(text));
    let received = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => (received += chunk));
    socket.on('error', () => {}).on('close', () => resolve(received));
  });
}
const FORM = 'POST /admin/sign-in HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n';

describe('faults of clients', () => {
  it('are answered in words, counted as theirs, and not logged as failures', async () => {
    const faults: readonly (readonly [status: number, text: string])[] = [
      [400, 'GARBAGE\r\n\r\n'],
      [400, `${FORM}Transfer-Encoding: chunked\r\n\r\nzz\r\n`],
      [400, 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'],
      [400, 'GET /feed.rss HTTP/1.1\r\nHost: a:99999\r\nConnection: close\r\n\r\n'],
      [400, 'GET /nothing HTTP/1.1\r\nHost: a/b\r\nConnection: close\r\n\r\n'],
      [431, `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
      [414, `GET /${'x'.repeat(9000)} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`],
    ];
    for (const [status, text] of faults) {
      const answer = await sent(text);
      expect([text.slice(0, 60), answer.slice(0, 12)]).toEqual([text.slice(0, 60), `HTTP/1.1 ${status}`]);
      expect(answer.split('\r\n\r\n').slice(1).join('').length).toBeGreaterThan(30);
    }
    const { http } = ((await blog.metrics<unknown>()) as Operations).operations;
    expect(http).toMatchObject({ count: faults.length, errors: 0, client_errors: faults.length });
    expect(blog.output).not.toContain('request failed');
  });
});
