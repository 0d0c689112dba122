import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import Koa from 'koa';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { createFolderServer } from '../../../src/http/serve-folder.ts';

const folder = temporaryFolder();
let server: Server;
let origin: string;
/** Address of the request before and after its file was served. */
let seen: readonly [string, string] | undefined;

beforeAll(async () => {
  writeFileSync(path.join(folder, 'a b.txt'), 'text');
  writeFileSync(path.join(folder, '.hidden'), 'secret');
  const app = new Koa();
  app.silent = true;
  const serve = createFolderServer(folder);
  app.use(async (ctx) => {
    const before = ctx.url;
    try {
      await serve(ctx, ctx.path.slice('/files/'.length), 'no-cache');
    } finally {
      seen = [before, ctx.url];
    }
  });
  server = createServer(app.callback());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

describe('a folder that is served', () => {
  it.each([
    ['/files/a%20b.txt', 200],
    ['/files/a%20b.txt?x=%2F..%2F&y=1', 200],
    ['/files/none.txt', 404],
    ['/files/.hidden', 404],
    ['/files/', 404],
    ['/files/..%2F..%2Fetc%2Fpasswd', 404],
    ['/files/%00', 404],
    ['/files/%E0%A4%A', 404],
    ['/files//etc/passwd', 404],
  ])('answers %s with %i and leaves the address of the request as it was', async (address, status) => {
    const answer = await fetch(origin + address);
    expect(answer.status).toBe(status);
    expect(seen).toEqual([address, address]);
    if (status === 200) expect(await answer.text()).toBe('text');
  });
});
