import type { Database, Statement } from 'better-sqlite3';
import type { Logger } from 'pino';
import { MarkdownWorker } from './markdown/markdown-worker.ts';
import type { Post } from './post.ts';
import type { PostStore } from './post-store.ts';
import { PostWriter, RENDERER_VERSION } from './post-writer.ts';

/** Posts whose HTML and search text are from an older version; deleted ones are rendered when restored. */
export class StaleRenders {
  readonly #database: Database;
  readonly #posts: PostStore;
  readonly #log: Pick<Logger, 'info' | 'warn'>;
  readonly #writer: PostWriter;
  readonly #stale: Statement<[number], number>;
  #isStopped = false;

  constructor(
    database: Database,
    deps: { readonly posts: PostStore; readonly log: Pick<Logger, 'info' | 'warn'> },
  ) {
    this.#database = database;
    this.#posts = deps.posts;
    this.#log = deps.log;
    this.#writer = new PostWriter(database);
    this.#stale = database
      .prepare<[number], number>('SELECT id FROM posts WHERE rendered_by < ? AND deleted_at IS NULL')
      .pluck();
  }

  /** Renders them again one by one in a worker, while the blog answers. Returns how many; the rest wait for the next start. */
  async renderAll(worker = new MarkdownWorker()): Promise<number> {
    let done = 0;
    for (const id of this.#stale.all(RENDERER_VERSION)) {
      try {
        const post = this.#posts.byId(id);
        if (post !== undefined && (await this.#renderOne(post, worker))) done++;
      } catch (error) {
        if (!this.#isStopped)
          this.#log.warn({ err: error, post: id }, 'failed to render a post again; the next start retries');
      }
      if (this.#isStopped) break;
    }
    if (done > 0) this.#log.info({ posts: done }, 'posts rendered again');
    return done;
  }

  /** Stops; nothing is written afterwards. */
  stop(): void {
    this.#isStopped = true;
  }

  async #renderOne(post: Post, worker: MarkdownWorker): Promise<boolean> {
    const place = { path: post.path, formerPaths: post.aliases };
    const rendered = await worker.render(post.markdown, place, (name) => this.#posts.mediaSize(name));
    if (this.#isStopped) return false;
    return this.#database.transaction(() => this.#writer.replaceRendered(post, rendered)).immediate();
  }
}
