import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { truncateSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { DATABASE_FILE_NAME, MEDIA_FOLDER_NAME } from '../../src/db/data-files.ts';
import { closeDatabase, openDatabase } from '../../src/db/open-database.ts';
import { MediaStore } from '../../src/media/media-store.ts';
import { PostStore } from '../../src/posts/post-store.ts';
import { BlogProcess } from './blog-process.ts';
import { SpanReceiver } from './span-receiver.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { until } from '../fixtures/until.ts';

const FILE_BYTES = 20 * 1024 * 1024;
/** Far more than a kernel holds for a client that does not read, whatever its limits: those of Linux are set by the machine. */
const HUGE_BYTES = 128 * 1024 * 1024;
const PAUSED_DOWNLOADS = 4;

/**
 * Buries the production bug of the report: static files answered 500 because the metrics hook read a streamed body.
 * A real server, a real file, a real socket, at every kind of rate.
 */
describe.each(['1', '0.1', '0'])('static files with METRICS_SAMPLING_RATE=%s', (rate) => {
  const dataDir = temporaryFolder();
  const file = randomBytes(FILE_BYTES);
  let receiver: SpanReceiver;
  let blog: BlogProcess;

  beforeAll(async () => {
    const database = openDatabase(join(dataDir, DATABASE_FILE_NAME));
    const media = new MediaStore(database, { folder: join(dataDir, MEDIA_FOLDER_NAME) });
    media.put('large.bin', file);
    media.put('huge.bin', Buffer.from('.'));
    // Of zeros that take no place on the disk.
    truncateSync(join(dataDir, MEDIA_FOLDER_NAME, 'huge.bin'), HUGE_BYTES);
    new PostStore(database).create({
      title: 'Large',
      path: 'large',
      markdown: '[It](/media/large.bin), [another](/media/huge.bin)',
      status: 'unlisted',
    });
    closeDatabase(database);
    receiver = await SpanReceiver.start();
    blog = await BlogProcess.start(dataDir, { ...receiver.environment, METRICS_SAMPLING_RATE: rate });
  });
  afterAll(async () => {
    await blog.stop();
    await receiver.stop();
  });

  const bodySize = async (requestId: unknown): Promise<Record<string, unknown>> =>
    (await receiver.span((span) => span.traceId === requestId && span.kind === 2)).attributes;

  it('answers the stylesheet whole, and its span has the right size', async () => {
    const page = (await blog.ask('/')).body.toString();
    const href = /href="(\/assets\/[^"]+\.css)"/.exec(page)![1]!;
    const { status, headers, body } = await blog.ask(href);
    expect([status, headers['content-type'], String(body.length)]).toEqual([
      200,
      'text/css; charset=utf-8',
      headers['content-length'],
    ]);
    expect(await bodySize(headers['x-request-id'])).toMatchObject({
      'http.route': '/assets/*',
      'http.response.status_code': 200,
      'http.response.body.size': body.length,
      'operation.outcome': 'complete',
    });
  });

  it('names the span of a page by its route, rendered or from the cache', async () => {
    const spans: unknown[] = [];
    for (const [method, path] of [
      ['GET', '/large'],
      ['GET', '/archive'],
      ['GET', '/archive'],
      ['HEAD', '/archive'],
      ['GET', '/archive?from=feed'],
      ['POST', '/archive'],
    ] as const) {
      const { status, headers } = await blog.ask(path, { method });
      const { name, attributes } = await receiver.span(
        ({ traceId, kind }) => traceId === headers['x-request-id'] && kind === 2,
      );
      spans.push([name, status, attributes['http.route'], attributes['glasshouse.cache.hit']]);
    }
    expect(spans).toEqual([
      ['GET /:path', 200, '/:path', undefined],
      ['GET /archive', 200, '/archive', false],
      ['GET /archive', 200, '/archive', true],
      ['HEAD /archive', 200, '/archive', true],
      ['GET /archive', 200, '/archive', true],
      ['POST', 405, undefined, undefined],
    ]);
  });

  it('answers a 20 MB file byte for byte', async () => {
    const { status, headers, body } = await blog.ask('/media/large.bin');
    expect(status).toBe(200);
    expect(createHash('sha256').update(body).digest('hex')).toBe(
      createHash('sha256').update(file).digest('hex'),
    );
    expect(await bodySize(headers['x-request-id'])).toMatchObject({ 'http.response.body.size': FILE_BYTES });
  });

  it('answers HEAD and a conditional request without a body', async () => {
    const head = await blog.ask('/media/large.bin', { method: 'HEAD' });
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([
      200,
      String(FILE_BYTES),
      0,
    ]);
    expect(await bodySize(head.headers['x-request-id'])).toMatchObject({ 'http.response.body.size': 0 });
    const fresh = await blog.ask('/media/large.bin', { headers: { 'if-none-match': head.headers.etag! } });
    expect([fresh.status, fresh.body.length]).toEqual([304, 0]);
    expect(await bodySize(fresh.headers['x-request-id'])).toMatchObject({
      'http.response.status_code': 304,
      'http.response.body.size': 0,
    });
  });

  it('records how much of a response was sent before the client disconnected', async () => {
    const answer = await open(blog, '/media/huge.bin');
    let receivedBytes = 0;
    for await (const part of answer as AsyncIterable<Buffer>) {
      receivedBytes += part.length;
      if (receivedBytes > FILE_BYTES) break;
    }
    answer.destroy();
    const attributes = await bodySize(answer.headers['x-request-id']);
    expect(attributes).toMatchObject({
      'http.response.status_code': 200,
      'operation.outcome': 'aborted',
    });
    const sent = attributes['http.response.body.size'] as number;
    expect(sent).toBeGreaterThanOrEqual(receivedBytes);
    expect(sent).toBeLessThan(HUGE_BYTES);
  });

  it('reads no more of a file than the client does and the kernel holds', async () => {
    const read = async (): Promise<number> =>
      (await blog.metrics<{ facts: { media_bytes: number } }>('/admin/metrics-dashboard/content')).facts
        .media_bytes;
    const before = await read();
    const answers = await Promise.all(
      Array.from({ length: PAUSED_DOWNLOADS }, () => open(blog, '/media/huge.bin')),
    );
    // Who read ahead of these clients would be at the end when another has the whole.
    await finished((await open(blog, '/media/huge.bin')).resume());
    for (const answer of answers) answer.destroy();
    for (const answer of answers) await bodySize(answer.headers['x-request-id']);
    // Bytes are counted when the file is closed, which may be later than the end of the response.
    const bytes = await until(read, (all) => all - before > HUGE_BYTES);
    expect(bytes - before).toBeLessThan(2 * HUGE_BYTES);
  });
});

/** An answer whose body waits to be read. */
async function open(blog: BlogProcess, path: string): Promise<IncomingMessage> {
  const [answer] = (await once(get(new URL(path, blog.address), { agent: false }), 'response')) as [
    IncomingMessage,
  ];
  answer.on('error', () => {});
  return answer;
}
