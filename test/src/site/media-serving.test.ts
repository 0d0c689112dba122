import { createReadStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { completeFileResponse } from '../../../src/http/file-response.ts';
import { ReaderServer } from '../reader-server.ts';

const bytes = Buffer.from(Array.from({ length: 5000 }, (_, index) => index % 251));
let server: ReaderServer;
let etag: string;
let lastModified: string;

beforeAll(async () => {
  server = await new ReaderServer().start();
  server.putPublic('2026/03/glass.png', bytes);
  server.putPublic(
    'drawing.svg',
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
  );
  const { headers } = await server.ask('/media/2026/03/glass.png');
  etag = headers['etag']!;
  lastModified = headers['last-modified']!;
});

describe('media', () => {
  it('streams the bytes with what is needed to ask again', async () => {
    const { status, headers, body } = await server.ask('/media/2026/03/glass.png');
    expect(status).toBe(200);
    expect(body.equals(bytes)).toBe(true);
    expect(headers['content-type']).toBe('image/png');
    expect(headers['content-length']).toBe('5000');
    expect(headers['accept-ranges']).toBe('bytes');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
  });

  it.each([
    ['bytes=0-0', 0, 0],
    ['bytes=100-199', 100, 199],
    ['bytes=4990-', 4990, 4999],
    ['bytes=-7', 4993, 4999],
  ])('answers Range %s with exactly that part', async (range, start, end) => {
    const { status, headers, body } = await server.ask('/media/2026/03/glass.png', {
      range,
      'accept-encoding': 'br',
    });
    expect(status).toBe(206);
    expect(headers['content-range']).toBe(`bytes ${start}-${end}/5000`);
    expect(headers['content-length']).toBe(String(end - start + 1));
    expect(headers['content-encoding']).toBeUndefined();
    expect(body.equals(bytes.subarray(start, end + 1))).toBe(true);
  });

  it('refuses a range outside the file and says how long it is', async () => {
    const { status, headers } = await server.ask('/media/2026/03/glass.png', { range: 'bytes=5000-' });
    expect(status).toBe(416);
    expect(headers['content-range']).toBe('bytes */5000');
    expect(headers['etag']).toBeUndefined();
  });

  it('sends the whole file when it is no longer the one the range was about', async () => {
    const ask = (ifRange: string) =>
      server.ask('/media/2026/03/glass.png', { range: 'bytes=0-9', 'if-range': ifRange });
    expect((await ask(etag)).status).toBe(206);
    expect((await ask(lastModified)).status).toBe(206);
    const other = await ask('"another"');
    expect([other.status, other.body.length]).toEqual([200, 5000]);
  });

  it('sandboxes an SVG that is opened directly', async () => {
    const { headers } = await server.ask('/media/drawing.svg');
    expect(headers['content-type']).toBe('image/svg+xml; charset=utf-8');
    expect(headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'/);
  });

  it('answers HEAD without opening the file', async () => {
    const { status, headers, body } = await server.ask('/media/2026/03/glass.png', {}, 'HEAD');
    expect([status, headers['content-length'], headers['etag'], body.length]).toEqual([200, '5000', etag, 0]);
  });

  it('is missing when the file is gone', async () => {
    const gone = server.putPublic('gone.png', Buffer.from('gone'));
    rmSync(gone.file);
    expect((await server.ask('/media/gone.png')).status).toBe(404);
    expect((await server.ask('/media/2026/03')).status).toBe(404);
  });

  it('is an error, not half an answer, when a file cannot be opened any more', async () => {
    const failing = await new ReaderServer({
      extra: async (ctx) => {
        ctx.set({ ETag: '"x"', 'Last-Modified': 'Fri, 20 Mar 2026 12:00:00 GMT', 'Content-Length': '9' });
        ctx.body = createReadStream(join(server.folder, 'vanished'));
        await completeFileResponse(ctx);
      },
    }).start();
    for (const headers of [{}, { range: 'bytes=0-3' }]) {
      const answer = await failing.ask('/media/vanished', headers);
      expect(answer.status).toBe(500);
      expect(answer.headers['etag']).toBeUndefined();
      expect(answer.text).not.toContain(server.folder);
    }
    expect(failing.faults).toHaveLength(2);
  });
});
