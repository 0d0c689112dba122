import { Readable } from 'node:stream';
import type { Router } from '@koa/router';
import type { BlogParts } from '../start/app.ts';
import { createRouter } from '../http/router.ts';
import { html } from '../markup/html.ts';

/** Posts whose mentions the N+1 page counts one by one. */
const CARELESS_POSTS = 60;
/** More posts would take too long. */
const REPORTED_POSTS = 60;
const DOWNLOAD_BYTES = 24 * 1024 * 1024;

/** Pages with deliberate faults to find: a slow statement, an N+1, a failing page, a long download. */
export function createDemoRoutes({ database, render }: Pick<BlogParts, 'database' | 'render'>): Router {
  const router = createRouter({ prefix: '/demo' });
  const latest = database.prepare<[number], { id: number; title: string }>(
    'SELECT id, title FROM posts ORDER BY published_at DESC LIMIT ?',
  );
  const mentionsOf = database.prepare<[string], { total: number }>(
    `SELECT count(DISTINCT posts.id) AS total FROM posts JOIN post_tags ON post_tags.post_id = posts.id
     WHERE length(replace(lower(markdown || summary), lower(?), '')) < length(lower(markdown || summary))`,
  );
  // Counts triples of posts that do not quote each other, which is slow on purpose.
  // No index applies to computed columns, so every row is read each time.
  const report = database.prepare<[], { total: number }>(
    `SELECT count(*) AS total FROM posts AS first, posts AS second, posts AS third
     WHERE first.id - 1 < ${REPORTED_POSTS} AND second.id - 1 < ${REPORTED_POSTS} AND third.id - 1 < ${REPORTED_POSTS}
       AND instr(first.markdown, second.title) = 0 AND instr(second.markdown || first.title, third.title) = 0`,
  );

  router.get('/yearly-report', (ctx) => {
    const { total } = report.get()!;
    ctx.body = render(
      'yearly-report',
      () =>
        html`<!doctype html><title>Report</title>
          <p>${total}</p>`.text,
    );
  });

  router.get('/reading-list', (ctx) => {
    const posts = latest
      .all(CARELESS_POSTS)
      .map((post) => ({ ...post, mentions: mentionsOf.get(post.title)!.total }));
    ctx.body = render('reading-list', () => {
      const lines = posts.map(({ title, mentions }) => html`<li>${title} (mentioned ${mentions} times)</li>`);
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
