/**
 * The least that serves a blog's bytes: koa, one look-up by address in SQLite, a stored ETag, no compression, no telemetry. Its table is
 * filled by the bench with what the blog answered.
 */
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import Koa from 'koa';

const database = new Database(join(process.env['DATA_DIR'] ?? '.', 'bare.db'));
const find = database.prepare<[string], { type: string; etag: string; body: Buffer }>(
  'SELECT type, etag, body FROM pages WHERE path = ?',
);
const app = new Koa();
app.use((ctx) => {
  const page = find.get(ctx.url);
  if (page === undefined) return;
  ctx.status = 200;
  ctx.type = page.type;
  ctx.set('ETag', page.etag);
  if (ctx.fresh) ctx.status = 304;
  else ctx.body = page.body;
});
const server = app.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
