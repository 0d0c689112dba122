import { Readable } from 'node:stream';
import type { Router } from '@koa/router';
import type { AppDependencies } from '../app-dependencies.ts';
import { createRouter } from '../router.ts';
import { html } from '../views/html.ts';

/** Rows that the slow statement counts: about 0.2 s on a small machine. */
const SLOW_STATEMENT_ROWS = 2_000_000;
/** Posts whose tags the careless page asks for one by one. */
const CARELESS_POSTS = 30;
const DOWNLOAD_BYTES = 24 * 1024 * 1024;

/** Pages with faults on purpose, so that there is something to find: a slow statement, an N+1, a page that fails, a long download. */
export function createDemoRooms({ database, render }: AppDependencies): Router {
  const router = createRouter({ prefix: '/demo' });
  const latest = database.prepare<[number], { id: number; title: string }>(
    'SELECT id, title FROM posts ORDER BY published_at DESC LIMIT ?',
  );
  const tagsOf = database.prepare<[number], { tag: string }>('SELECT tag FROM post_tags WHERE post_id = ?');
  const report = database.prepare<[number], { total: number }>(
    `WITH RECURSIVE days(day) AS (SELECT 1 UNION ALL SELECT day + 1 FROM days WHERE day < ?)
     SELECT sum(day % 7) AS total FROM days`,
  );

  router.get('/yearly-report', (ctx) => {
    const { total } = report.get(SLOW_STATEMENT_ROWS)!;
    ctx.body = render(
      'yearly-report',
      () =>
        html`<!doctype html><title>Report</title>
          <p>${total}</p>`.text,
    );
  });

  router.get('/reading-list', (ctx) => {
    const posts = latest.all(CARELESS_POSTS).map((post) => ({ ...post, tags: tagsOf.all(post.id) }));
    ctx.body = render('reading-list', () => {
      const lines = posts.map(
        ({ title, tags }) => html`<li>${title} (${tags.map(({ tag }) => tag).join(', ')})</li>`,
      );
      return html`<!doctype html><title>Reading list</title>
        <ul>
          ${lines}
        </ul>`.text;
    });
  });

  router.get('/guestbook', () => {
    throw new TypeError("Cannot read properties of undefined (reading 'signature')");
  });

  router.get('/recording', (ctx) => {
    ctx.type = 'application/octet-stream';
    ctx.length = DOWNLOAD_BYTES;
    ctx.body = Readable.from(silence());
  });

  return router;
}

function* silence(): Iterable<Uint8Array> {
  const block = new Uint8Array(64 * 1024);
  for (let sent = 0; sent < DOWNLOAD_BYTES; sent += block.byteLength) yield block;
}
