import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import Koa, { type Middleware } from 'koa';
import { rawRequest, type RawAnswer } from '../fixtures/raw-request.ts';
import { createBusinessMetrics, type BusinessMetrics } from '../../src/process/business-metrics.ts';
import { SettingStore } from '../../src/db/setting-store.ts';
import { StoredSiteSettings } from '../../src/db/site-settings.ts';
import { closeDatabase, openDatabase } from '../../src/db/open-database.ts';
import { createAssets, installedAssetFolders } from '../../src/site/assets.ts';
import { MEDIA_FOLDER_NAME } from '../../src/db/data-files.ts';
import type { Searches } from '../../src/search/search-reader.ts';
import { MediaStore, type MediaFile } from '../../src/media/media-store.ts';
import { DraftLinks } from '../../src/posts/draft-links.ts';
import { Redirects } from '../../src/posts/redirects.ts';
import { MediaUses } from '../../src/posts/media-uses.ts';
import { PostStore } from '../../src/posts/post-store.ts';
import type { Post, PostDraft } from '../../src/posts/post.ts';
import { createCompression } from '../../src/http/compression.ts';
import { createReaderRoutes } from '../../src/site/reader-routes.ts';
import { createSecurityHeaders } from '../../src/http/security-headers.ts';
import { afterTests } from '../fixtures/after-tests.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

export const START_MILLIS = Date.UTC(2026, 2, 20, 12);
const assets = createAssets(installedAssetFolders());

/** The readers' routes on a socket of their own, with a database and media in a folder of their own; closed after the file's tests. */
export class ReaderServer {
  readonly folder: string;
  readonly database: Database;
  /** Epoch milliseconds; a test moves it. */
  nowMillis = START_MILLIS;
  readonly posts: PostStore;
  readonly media: MediaStore;
  readonly site: StoredSiteSettings;
  /** Templates in the order they were drawn. */
  readonly drawn: string[] = [];
  readonly faults: unknown[] = [];
  readonly #server;
  #origin = '';

  constructor(
    options: {
      readonly publicUrl?: string;
      readonly metrics?: BusinessMetrics;
      readonly extra?: Middleware;
      /** Default: its own. */
      readonly folder?: string;
      readonly pageCacheBytes?: number;
      /** Default: in this thread. */
      readonly search?: Searches;
    } = {},
  ) {
    this.folder = options.folder ?? temporaryFolder();
    this.database = openDatabase(join(this.folder, 'blog.db'));
    this.posts = new PostStore(this.database, { now: () => this.nowMillis });
    this.media = new MediaStore(this.database, { folder: join(this.folder, MEDIA_FOLDER_NAME) });
    this.site = new StoredSiteSettings(new SettingStore(this.database));
    const reader = createReaderRoutes({
      config: {
        publicUrl: options.publicUrl,
        dataDir: this.folder,
        pageCacheBytes: options.pageCacheBytes ?? 1_000_000,
      },
      database: this.database,
      search: options.search,
      now: () => this.nowMillis,
      render: (template, draw) => {
        this.drawn.push(template);
        return draw();
      },
      site: this.site,
      assets,
      posts: this.posts,
      media: this.media,
      mediaUses: new MediaUses(this.database, { now: () => this.nowMillis }),
      draftLinks: new DraftLinks(this.database, { now: () => this.nowMillis }),
      redirects: new Redirects(this.database, { now: () => this.nowMillis }),
      metrics: options.metrics ?? createBusinessMetrics({ countFrom: () => {}, mark: () => {} }),
      isOwner: () => false,
    });
    const app = new Koa();
    app.on('error', (error) => this.faults.push(error));
    app.use(async (ctx, next) => {
      ctx.set('X-Request-ID', '0123456789abcdef0123456789abcdef');
      await next();
    });
    app.use(createSecurityHeaders({ publicUrl: options.publicUrl }));
    app.use(createCompression());
    app.use(reader.errors);
    if (options.extra !== undefined) app.use(options.extra);
    app.use(reader.sendCached);
    for (const router of reader.routers) app.use(router.routes());
    app.use(reader.postPaths.routes());
    // The client alone closes idle connections: with both in one busy process, it could send on one that has just been closed.
    this.#server = createServer({ keepAliveTimeout: 0 }, app.callback());
  }

  get origin(): string {
    return this.#origin;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    afterTests(() => this.#close());
    this.#origin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  async #close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    closeDatabase(this.database);
  }

  publish(draft: Partial<PostDraft> & { readonly title: string }): Post {
    return this.posts.create({
      markdown: 'Some words.',
      status: 'published',
      publishedAtMillis: START_MILLIS - 3_600_000,
      ...draft,
    });
  }

  /** Keeps a file that readers may have: an unlisted post links to it. */
  putPublic(name: string, bytes: Buffer): MediaFile {
    const { media } = this.media.put(name, bytes);
    this.publish({
      title: name,
      path: `posts-of-files/${name}`,
      status: 'unlisted',
      markdown: `[it](${media.url})`,
    });
    return media;
  }

  /** One request exactly as given. */
  ask(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<RawAnswer> {
    return rawRequest(this.#origin, path, { method, headers });
  }
}
