import type { ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { testMessage } from '../../../../src/observatory/alerts/alert-message.ts';
import { createWebhook } from '../../../../src/observatory/alerts/webhook.ts';
import { httpReceiver, refusingUrl, socketReceiver } from '../../../otel/export/receivers.ts';

const ID = '4f0c9d0e-6f3d-4c57-9a36-2f1f6c1f7c11';
const MESSAGE = testMessage('https://blog.example', ID, Date.UTC(2026, 2, 14, 12));
const NEVER = new AbortController().signal;

async function sendTo(url: string, options: Partial<Parameters<typeof createWebhook>[0]> = {}) {
  return createWebhook({ url, mayBePrivate: true, ...options }).send(MESSAGE, NEVER);
}

describe('the webhook', () => {
  it('posts the message as JSON with its id', async () => {
    await using receiver = await httpReceiver((response) => response.writeHead(204).end());
    expect(await sendTo(`${receiver.url}/in?key=1`)).toEqual({ outcome: 'sent', result: 'answered 204' });
    const [{ path, body }] = receiver.bodies as [(typeof receiver.bodies)[number]];
    expect(path).toBe('/in?key=1');
    expect(JSON.parse(Buffer.from(body).toString())).toEqual({
      id: ID,
      at: '2026-03-14T12:00:00.000Z',
      state: 'test',
      rule: 'test',
      sentence: 'This is a test of alerts; nothing is wrong.',
      value: null,
      threshold: null,
      link: 'https://blog.example/admin/metrics-dashboard/alerts',
      alerts: [expect.objectContaining({ state: 'test' })],
      text: expect.stringContaining('nothing is wrong'),
      content: expect.stringContaining('nothing is wrong'),
    });
    expect(receiver.headers[0]).toMatchObject({ 'content-type': 'application/json', 'idempotency-key': ID });
  });

  it.each([
    [500, 'failed'],
    [503, 'failed'],
    [429, 'failed'],
    [408, 'failed'],
    [400, 'refused'],
    [404, 'refused'],
  ])('takes %d as %s, with what was said', async (status, outcome) => {
    await using receiver = await httpReceiver((response) =>
      response.writeHead(status).end('not\n now\u202e'),
    );
    expect(await sendTo(receiver.url)).toEqual({ outcome, result: `answered ${status}: not now` });
  });

  it.each([
    ['120', 120_000],
    ['999999', 3_600_000],
    ['soon', undefined],
  ])('passes on a Retry-After of %s', async (header, retryAfterMillis) => {
    await using receiver = await httpReceiver((response) =>
      response.writeHead(503, { 'retry-after': header }).end(),
    );
    expect(await sendTo(receiver.url)).toEqual({
      outcome: 'failed',
      result: 'answered 503',
      retryAfterMillis,
    });
  });

  it('follows no redirect', async () => {
    await using target = await httpReceiver();
    await using receiver = await httpReceiver((response) =>
      response.writeHead(307, { location: target.url }).end(),
    );
    expect(await sendTo(receiver.url)).toEqual({
      outcome: 'refused',
      result: 'answered 307, a redirect; redirects are not followed',
    });
    expect(target.connections()).toBe(0);
  });

  it('reads the beginning of an answer that does not end, and closes', async () => {
    const closed = Promise.withResolvers<void>();
    await using receiver = await httpReceiver((response: ServerResponse) => {
      response.on('close', () => closed.resolve());
      response.writeHead(500).write('x'.repeat(100_000));
    });
    expect(await sendTo(receiver.url)).toEqual({
      outcome: 'failed',
      result: `answered 500: ${'x'.repeat(300)}`,
    });
    await closed.promise;
  });

  it('gives up on a receiver that never answers, or is not there', async () => {
    await using silent = await socketReceiver();
    expect(await sendTo(silent.url, { maxMillis: 50 })).toEqual({
      outcome: 'failed',
      result: 'no answer within 0.05 s',
    });
    expect(await sendTo(await refusingUrl())).toMatchObject({
      outcome: 'failed',
      result: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('ends when the blog stops', async () => {
    await using silent = await socketReceiver();
    const stop = new AbortController();
    const sent = createWebhook({ url: silent.url, mayBePrivate: true }).send(MESSAGE, stop.signal);
    await silent.connected();
    stop.abort();
    expect(await sent).toMatchObject({ outcome: 'failed' });
  });

  it.each([
    'http://127.0.0.1:PORT',
    'http://2130706433:PORT',
    'http://[::ffff:127.0.0.1]:PORT',
    'http://localhost:PORT',
  ])('connects to no address of this machine unless allowed: %s', async (url) => {
    await using receiver = await httpReceiver();
    const target = url.replace('PORT', new URL(receiver.url).port);
    expect(await sendTo(target, { mayBePrivate: false })).toEqual({
      outcome: 'refused',
      result: expect.stringMatching(/^not sent: its address [\d.:a-f]+ is private/),
    });
    expect(receiver.connections()).toBe(0);
  });

  it('checks the address that it connects to: a name that is public first and private then, or both, is refused', async () => {
    await using receiver = await httpReceiver();
    const answers = [
      [{ address: '192.0.2.0', family: 4 }],
      [
        { address: '1.1.1.1', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ],
      [{ address: '::1', family: 6 }],
    ];
    for (const addresses of answers) {
      const sent = await sendTo(`http://hooks.example:${new URL(receiver.url).port}`, {
        mayBePrivate: false,
        resolve: (_, done) => done(null, addresses),
      });
      expect(sent).toMatchObject({ outcome: 'refused', result: expect.stringContaining('is private') });
    }
    expect(receiver.connections()).toBe(0);
  });

  it('names its host without the secret', () => {
    const { words } = createWebhook({
      url: 'https://me:canary@hooks.example/canary?canary',
      mayBePrivate: false,
    });
    expect(words).toBe('webhook at hooks.example');
  });
});
