import type { Router } from '@koa/router';
import type { Context, Middleware } from 'koa';
import type { AdminSender } from '../accounts/admin-sender.ts';
import { queryText } from '../accounts/route-answers.ts';
import { html } from '../markup/html.ts';
import type { PostStore } from '../posts/post-store.ts';
import { READERS_PATH } from '../process/own-addresses.ts';
import type { ReaderCounts } from '../posts/readers/reader-counts.ts';
import { daysBefore, readReaders } from '../posts/readers/reader-report.ts';
import { READER_RANGES, readersPage } from './readers-page.ts';

export interface ReaderRouteDependencies {
  /** Undefined: readers are not counted. */
  readonly readers?: ReaderCounts | undefined;
  readonly posts: Pick<PostStore, 'found'>;
  readonly owner: Middleware;
  readonly send: AdminSender;
}

const DEFAULT_DAYS = 7;
/** Longer than any path. */
const MAX_CHARACTERS = 2000;

/** Shows who reads the blog, or one post of it; as JSON with `Accept: application/json`. */
export function addReaderRoutes(
  router: Router,
  { readers, posts, owner, send }: ReaderRouteDependencies,
): void {
  router.get(READERS_PATH, owner, (ctx) => {
    if (readers === undefined) return show(ctx, 503, NOT_COUNTED);
    // Up to this request.
    readers.flush();
    const asked = Number(queryText(ctx, 'days'));
    const range = READER_RANGES.find(({ days }) => days === asked)?.days ?? DEFAULT_DAYS;
    const last = readers.day;
    const first = daysBefore(last, range - 1);
    const path = queryText(ctx, 'post').slice(0, MAX_CHARACTERS);
    const report = readReaders(readers.file, { first, last, ...(path !== '' && { post: path }) });
    ctx.vary('Accept');
    if (ctx.accepts('html', 'json') === 'json') {
      ctx.set('Cache-Control', 'no-store');
      ctx.body = { first, last, ...report };
      return;
    }
    const found = posts.found.at([path, ...report.posts.map((post) => post.path)]);
    const seen = [...found].filter(([, { kind }]) => kind === 'post');
    const titles = new Map(seen.map(([at, { title }]) => [at, title]));
    show(ctx, 200, readersPage({ range, report, path, titles }));
  });

  function show(ctx: Context, status: number, body: ReturnType<typeof readersPage>): void {
    send(ctx, { title: 'Readers', current: 'readers', status, body });
  }
}

const NOT_COUNTED = html`<header class="page-bar"><h1>Readers</h1></header>
  <p class="empty">Readers are not counted: the file of the counts cannot be used. The log says why.</p>`;
