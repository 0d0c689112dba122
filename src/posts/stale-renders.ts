import type { Database, Statement } from 'better-sqlite3';
import type { Logger } from 'pino';
import { rendererNumber } from './markdown/markdown.ts';
import { MarkdownWorker } from './markdown/markdown-worker.ts';
import type { Post } from './post.ts';
import type { PostStore } from './post-store.ts';
import { PostWriter } from './post-writer.ts';

/** Posts whose HTML and search text are from another version, from before typography or formulas were switched, or in a language that the blog had; deleted ones are rendered when restored. */
export class StaleRenders {
  readonly #database: Database;
  readonly #posts: PostStore;
  readonly #log: Pick<Logger, 'info' | 'warn'>;
  readonly #writer: PostWriter;
  readonly #stale: Statement<[number, string], number>;
  #running: Promise<number> | undefined;
  /** Asked for while it was running: what is stale may have changed. */
  #isAskedAgain = false;
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
      .prepare<[number, string], number>(
        "SELECT id FROM posts WHERE (rendered_by <> ? OR (language = '' AND rendered_in <> ?)) AND deleted_at IS NULL",
      )
      .pluck();
  }

  /**
   * Renders them again one by one in a worker, while the blog answers. Returns how many; the rest wait for the next start, as after a failure,
   * which is logged. One run at a time: a call during one lets it begin anew.
   */
  renderAll(worker = new MarkdownWorker()): Promise<number> {
    this.#isAskedAgain = true;
    this.#running ??= this.#renderWhileAsked(worker).finally(() => (this.#running = undefined));
    return this.#running;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Stops; nothing is written afterwards. */
  stop(): void {
    this.#isStopped = true;
  }

  async #renderWhileAsked(worker: MarkdownWorker): Promise<number> {
    let done = 0;
    try {
      while (this.#isAskedAgain && !this.#isStopped) {
        this.#isAskedAgain = false;
        done += await this.#renderStale(worker);
      }
    } catch (error) {
      this.#log.warn({ err: error }, 'failed to render posts again');
    }
    if (done > 0) this.#log.info({ posts: done }, 'posts rendered again');
    return done;
  }

  async #renderStale(worker: MarkdownWorker): Promise<number> {
    let done = 0;
    const settings = this.#posts.rendering.settingsFor();
    for (const id of this.#stale.all(rendererNumber(settings), settings.typography ?? '')) {
      try {
        const post = this.#posts.byId(id);
        if (post !== undefined && (await this.#renderOne(post, worker))) done++;
      } catch (error) {
        if (!this.#isStopped)
          this.#log.warn({ err: error, post: id }, 'failed to render a post again; the next start retries');
      }
      if (this.#isStopped || this.#isAskedAgain) break;
    }
    return done;
  }

  async #renderOne(post: Post, worker: MarkdownWorker): Promise<boolean> {
    const place = { path: post.path, formerPaths: post.aliases };
    const { rendering } = this.#posts;
    const settings = rendering.settingsFor(post.language);
    const rendered = await worker.render(post.markdown, place, (name) => rendering.mediaSize(name), settings);
    if (this.#isStopped) return false;
    return this.#database.transaction(() => this.#writer.replaceRendered(post, rendered)).immediate();
  }
}
