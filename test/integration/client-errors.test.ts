import { beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { BlogProcess, TOKEN } from './blog-process.ts';
import { afterTests } from '../fixtures/after-tests.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

/** What a client does, what it is told, and how its requests are to be counted. */
interface Fault {
  readonly sends: string;
  /** Sent once the first bytes of an answer are here. */
  readonly thenSends?: string;
  readonly thenDoes?: 'reset' | 'end';
  /** The statuses of its answers, in their order, 100 apart. */
  readonly told: readonly number[];
  /** Requests whose client has gone before an answer. */
  readonly aborted?: number;
}

const CLOSE = 'Connection: close\r\n\r\n';
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n';
const FORM = 'POST /admin/sign-in HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n';
const LONG_FORM = `${FORM}Expect: 100-continue\r\nContent-Length: 1000\r\n\r\n`;
const CHUNKED = 'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n';
const get = (target: string, headers = 'Host: a\r\n'): string =>
  `GET ${target} HTTP/1.1\r\n${headers}${CLOSE}`;

const FAULTS: Readonly<Record<string, Fault>> = {
  'no HTTP': { sends: 'GARBAGE\r\n\r\n', told: [400] },
  'a preface of HTTP/2': { sends: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', told: [400] },
  'no HTTP behind a request': { sends: `${GET}\r\nGARBAGE\r\n\r\n`, told: [200, 400] },
  'bytes behind a request': {
    sends: 'GET /health HTTP/1.1\r\nHost: a\r\n\r\n\x00\x01\x02',
    told: [200, 400],
  },
  'a body longer than it says': { sends: `${FORM}Content-Length: 2\r\n\r\nabcdef\r\n\r\n`, told: [403, 400] },
  'two lengths': { sends: `${FORM}Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc`, told: [400] },
  'a negative length': { sends: `${FORM}Content-Length: -5\r\n\r\nabc`, told: [400] },
  'a length beyond all': { sends: `${FORM}Content-Length: 99999999999999999999\r\n\r\nabc`, told: [400] },
  'a length and chunks': { sends: `${FORM}Content-Length: 5\r\n${CHUNKED}`, told: [400] },
  'a form too large': { sends: `${FORM}Content-Length: 999999999999\r\n${CLOSE}abc`, told: [413] },
  'a broken chunk': { sends: `${FORM}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, told: [400] },
  'a later broken chunk': { sends: `${FORM}${CHUNKED}zz\r\n`, told: [400] },
  'a broken chunk to a page': { sends: `${GET}${CHUNKED}`, thenSends: 'zz\r\n', told: [200] },
  'a broken chunk to nobody': {
    sends: `POST /nothing HTTP/1.1\r\nHost: a\r\n${CHUNKED}`,
    thenSends: 'zz\r\n',
    told: [405],
  },
  'a reset while sending': { sends: LONG_FORM, thenSends: 'abc', thenDoes: 'reset', told: [], aborted: 1 },
  'a half-closed body': { sends: LONG_FORM, thenSends: 'abc', thenDoes: 'end', told: [400] },
  'a body that is not waited for': {
    sends: `${FORM}Expect: tea\r\nContent-Length: 3\r\n${CLOSE}a=b`,
    told: [403],
  },
  'no Host': { sends: get('/', ''), told: [400] },
  'a port that is none': { sends: get('/feed.rss', 'Host: a:99999\r\n'), told: [400] },
  'a port that is none, for health': { sends: get('/health', 'Host: a:99999\r\n'), told: [400] },
  'a host that is none': { sends: get('/nothing', 'Host: a/b\r\n'), told: [400] },
  'an address instead of a path': { sends: get('http://a/'), told: [200] },
  'an address that is none': { sends: get('http://[::1/'), told: [400] },
  'an address without a host': { sends: get('http:///'), told: [400] },
  'an address with a port that is none': { sends: get('http://a:99999/'), told: [400] },
  'another scheme': { sends: get('gopher://a/'), told: [400] },
  'a forwarded host that is none': {
    sends: get('/feed.rss', 'Host: a\r\nX-Forwarded-Host: b/c:99999\r\n'),
    told: [200],
  },
  'a header too long for the parser': { sends: `${GET}X: ${'x'.repeat(20_000)}\r\n\r\n`, told: [431] },
  'a header too long for us': { sends: get('/', `Host: a\r\nX: ${'x'.repeat(9000)}\r\n`), told: [431] },
  'an address too long': { sends: get(`/${'x'.repeat(9000)}`), told: [414] },
  'half an escape': { sends: get('/%E0%A4%A'), told: [404] },
  'an escape of no character': { sends: get('/tags/%ff'), told: [404] },
  'an escape in a file': { sends: get('/media/%ff'), told: [404] },
  'an escape of an asset': { sends: get('/assets/%zz'), told: [404] },
  'an escape in a search': { sends: get('/search?q=%ff%E0%A4%A'), told: [200] },
  'cookies that are none': {
    sends: get('/', 'Host: a\r\nCookie: session=%zz; \xff\xfe=;;;=\r\n'),
    told: [200],
  },
  'a range that is none': {
    sends: get('/', 'Host: a\r\nRange: bytes=zz\r\nAccept: ;;q=,/\r\n'),
    told: [200],
  },
  'a form of no type': {
    sends: `POST /admin/sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n${CLOSE}a=b`,
    told: [415],
  },
  'HTTP/1.0': { sends: 'GET /nothing HTTP/1.0\r\n\r\n', told: [404] },
  'an upgrade': {
    sends: `GET /health HTTP/1.1\r\nHost: a\r\nConnection: close, Upgrade\r\nUpgrade: h2c\r\n\r\n`,
    told: [200],
  },
  'a tunnel': { sends: 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n', told: [405] },
  'another method': { sends: `PROPFIND / HTTP/1.1\r\nHost: a\r\n${CLOSE}`, told: [405] },
};

const folder = temporaryFolder();
let blog: BlogProcess;
beforeAll(async () => {
  blog = await BlogProcess.start(folder, { LOG_LEVEL: 'warn' });
  afterTests(() => blog.stop());
});

/** Answers with all that the server sent until it closed. */
function play({ sends, thenSends, thenDoes = 'end' }: Fault): Promise<string> {
  return new Promise((resolve) => {
    const options = { port: Number(new URL(blog.address).port), host: '127.0.0.1', allowHalfOpen: true };
    const socket = connect(options, () => socket.write(sends, 'latin1'));
    let received = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => (received += chunk));
    if (thenSends !== undefined)
      socket.once('data', () =>
        socket.write(thenSends, () => (thenDoes === 'end' ? socket.end() : socket.resetAndDestroy())),
      );
    socket.on('end', () => socket.end());
    socket.on('error', () => {}).on('close', () => resolve(received));
  });
}

function statusesOf(answers: string): readonly number[] {
  const lines = [...answers.matchAll(/HTTP\/1\.1 (\d{3}) /g)];
  return lines.map((line) => Number(line[1])).filter((status) => status >= 200);
}

/** How many requests were answered with each status, of all routes. */
async function countedStatuses(): Promise<Record<string, number>> {
  const answer = await fetch(`${blog.address}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
  const counts: Record<string, number> = {};
  const lines = (await answer.text()).matchAll(
    /^http_server_request_duration_seconds_count\{(.*)\} (\d+)$/gm,
  );
  for (const [, labels = '', count] of lines) {
    const status = /http_response_status_code="(\d+)"/.exec(labels)?.[1] ?? 'none';
    counts[status] = (counts[status] ?? 0) + Number(count);
  }
  return counts;
}

const isStock = process.env['METRICS_SPANS'] === 'stock';

describe('faults of clients', () => {
  it('are answered with a message, counted as client errors, and not logged as failures', async () => {
    const ledger: Record<string, number> = {};
    const enter = (status: number | 'none', count = 1): void => {
      ledger[status] = (ledger[status] ?? 0) + count;
    };
    for (const [name, fault] of Object.entries(FAULTS)) {
      const answers = await play(fault);
      expect([name, statusesOf(answers)]).toEqual([name, fault.told]);
      const last = fault.told.at(-1) ?? 0;
      const words = answers.slice(answers.lastIndexOf('\r\n\r\n') + 4);
      expect([name, last < 400 || words.length > 20]).toEqual([name, true]);
      // Instrumentation-http does not hear of a request that the server answers before it is one.
      if (isStock && fault.sends.includes('Expect: tea')) continue;
      fault.told.forEach((status) => enter(status));
      if (fault.aborted !== undefined) enter('none', fault.aborted);
    }
    const all = Object.values(ledger).reduce((sum, count) => sum + count, 0);
    const theirs = Object.entries(ledger).filter(([status]) => status.startsWith('4'));
    const { http } = (await blog.metrics<Counted>()).operations;
    expect(http).toMatchObject({
      count: all,
      errors: 0,
      client_errors: theirs.reduce((sum, [, count]) => sum + count, 0),
      aborted: 1,
    });
    expect(await countedStatuses()).toEqual(ledger);
    expect(blog.output).not.toContain('request failed');
  });
});

interface Counted {
  readonly operations: {
    readonly http: Readonly<Record<'count' | 'errors' | 'client_errors' | 'aborted', number>>;
  };
}
