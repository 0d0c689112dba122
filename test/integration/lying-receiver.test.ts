import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MetricsDocument } from '../../src/observatory/facts/metrics-document.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { until } from '../fixtures/until.ts';
import { BlogProcess } from './blog-process.ts';
import { type Answer, type Behaviour, ChangingReceiver, HONEST, SPEAKS_HTTP_2 } from './changing-receiver.ts';
import { bookOf } from './span-ledger.ts';

/** Takes nothing. */
const says = (status: number, headers: Readonly<Record<string, string>> = {}, body = ''): Behaviour => ({
  answer: (response) => {
    response.writeHead(status, headers).end(body);
    return [];
  },
});

/** Rejects one span of each export, in the words of OTLP: field 1 is the partial success, 1 the number, 2 the message. */
const rejectsOne: Answer = (response, spans) => {
  const message = new TextEncoder().encode('one is too many');
  const partial = [0x08, 1, 0x12, message.length, ...message];
  response
    .writeHead(200, { 'Content-Type': 'application/x-protobuf' })
    .end(Uint8Array.of(0x0a, partial.length, ...partial));
  return spans.slice(1);
};

const takesTwo: Answer = (response, spans) => {
  const isTooLarge = spans.length > 2;
  response.writeHead(isTooLarge ? 413 : 200).end();
  return isTooLarge ? [] : spans;
};

const drips: Answer = (response) => {
  response.writeHead(200);
  const timer = setInterval(() => response.write('.'), 10);
  response.on('close', () => clearInterval(timer));
  return [];
};

/** What becomes of spans: `lost` are counted as failed, those that `wait` arrive once the receiver is honest. */
type Fate = 'lost' | 'one lost' | 'wait';
const LIES: readonly (readonly [what: string, Behaviour, Fate, said: RegExp])[] = [
  [
    'answers 200 with a page',
    says(200, { 'Content-Type': 'text/html' }, '<title>Jaeger UI</title>'),
    'lost',
    /web page/,
  ],
  ['rejects a part', { answer: rejectsOne }, 'one lost', /one is too many/],
  ['is overloaded and says when to return', says(503, { 'Retry-After': '1' }), 'wait', /HTTP 503/],
  ['has had too many requests', says(429), 'wait', /HTTP 429/],
  ['takes two at a time', { answer: takesTwo }, 'wait', /HTTP 413/],
  ['refuses the key', says(401, {}, 'who are you?'), 'lost', /HTTP 401.*who are you\?/],
  ['has no such path', says(404), 'lost', /HTTP 404/],
  ['redirects', says(307, { Location: 'http://elsewhere.example/' }), 'lost', /http:\/\/elsewhere\.example/],
  ['drips its answer', { answer: drips }, 'wait', /no response within/],
  [
    'takes connections and does nothing',
    { connection: (socket) => void socket.resume() },
    'wait',
    /no response within/,
  ],
  [
    'is half open',
    { connection: (socket) => void socket.resume().end() },
    'wait',
    /ECONNRESET|socket hang up|closed the connection/,
  ],
  ['speaks gRPC', SPEAKS_HTTP_2, 'wait', /gRPC/],
];

const PATHS = ['/', '/archive', '/nowhere'];

describe('a blog whose receiver lies, one way after the other', () => {
  let receiver: ChangingReceiver;
  let blog: BlogProcess;
  let asked = 0;

  beforeAll(async () => {
    receiver = await ChangingReceiver.start();
    blog = await BlogProcess.start(temporaryFolder(), {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: receiver.endpoint,
      OTEL_EXPORTER_OTLP_TIMEOUT: '4000',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    });
    await settled();
    // A process that starts may be too busy to read an answer in time; it then sends again, as it should.
    receiver.taken.length = 0;
  });
  afterAll(async () => {
    await blog.stop();
    await receiver.stop();
  });

  /** With an honest receiver: nothing is under way. */
  const settled = () =>
    until(
      () => bookOf(blog),
      ({ kept, sent, failed, dropped }) => kept === sent + failed + dropped,
    );
  async function visitors(): Promise<void> {
    for (const path of PATHS) expect((await blog.ask(path)).status).toBe(path === '/nowhere' ? 404 : 200);
    asked += PATHS.length;
  }

  it.each(LIES)(
    'that %s: visitors are answered, it is named, and the books are right',
    async (_what, lie, fate, said) => {
      const before = await bookOf(blog);
      const since = new Date().toISOString();
      const taken = receiver.taken.length;
      receiver.become(lie);
      await visitors();
      await until(
        async () => (await blog.metrics<MetricsDocument>()).export.last_error,
        (error) => error !== null && error.at >= since && said.test(error.message),
      );
      receiver.become(HONEST);
      const after = await settled();
      expect(after.dropped).toBe(0);
      // What was sent is what the receiver has taken, whatever it had answered.
      expect(after.sent - before.sent).toBe(receiver.taken.length - taken);
      const lost = after.failed - before.failed;
      const kept = after.kept - before.kept;
      if (fate === 'wait') expect(lost).toBe(0);
      else if (fate === 'lost') expect(lost).toBeGreaterThan(0);
      else expect(lost).toBeLessThan(kept / 2);
    },
  );

  it('got no span twice', () => {
    const ids = receiver.taken.map(({ traceId, spanId }) => traceId + spanId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(asked).toBe(LIES.length * PATHS.length);
  });

  it('stops although the receiver takes connections and does nothing', async () => {
    receiver.become({ connection: (socket) => void socket.resume() });
    await visitors();
    expect(await blog.stop()).toBe(0);
  });
});
