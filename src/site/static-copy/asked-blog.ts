import { createServer, request as sendRequest } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { once } from 'node:events';
import Koa from 'koa';
import type { Database } from 'better-sqlite3';
import { SettingStore } from '../../db/setting-store.ts';
import { StoredSiteSettings } from '../../db/site-settings.ts';
import { basePathOf, mountAt } from '../../http/base-path.ts';
import type { MediaStore } from '../../media/media-store.ts';
import { MediaUses } from '../../posts/media-uses.ts';
import { PostStore } from '../../posts/post-store.ts';
import { Redirects } from '../../posts/redirects.ts';
import { createBusinessMetrics } from '../../process/business-metrics.ts';
import { createAssets, installedAssetFolders } from '../assets.ts';
import { createReaderRoutes } from '../reader-routes.ts';

export interface BlogAnswer {
  readonly status: number;
  /** Without parameters. */
  readonly type: string;
  readonly location: string | undefined;
  readonly body: Buffer;
}

/** The readers' part of the blog, without search, on a socket of its own that only this process knows. */
export class AskedBlog {
  readonly #server;
  #port = 0;

  constructor(options: {
    readonly database: Database;
    readonly dataDir: string;
    readonly media: MediaStore;
    readonly publicUrl: string;
    readonly now: () => number;
    readonly onFault: (error: unknown) => void;
  }) {
    const { database, media, publicUrl, now } = options;
    const reader = createReaderRoutes({
      // Every page is asked for once.
      config: { ...options, pageCacheBytes: 0 },
      database,
      now,
      render: (_, draw) => draw(),
      site: new StoredSiteSettings(new SettingStore(database)),
      assets: createAssets(installedAssetFolders()),
      posts: new PostStore(database, { now }),
      search: 'none',
      media,
      mediaUses: new MediaUses(database, { now }),
      redirects: new Redirects(database, { now }),
      metrics: createBusinessMetrics({ countFrom: () => {}, mark: () => {} }),
      isOwner: () => false,
    });
    const app = new Koa();
    app.on('error', options.onFault);
    const basePath = basePathOf(publicUrl);
    if (basePath !== '') app.use(mountAt(basePath));
    app.use(reader.errors);
    for (const router of reader.routers) app.use(router.routes());
    app.use(reader.postPaths.routes());
    const handle = app.callback();
    this.#server = createServer((request, response) => void handle(request, response));
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
  }

  /** Asks for a path with its query, escaped. */
  async ask(path: string): Promise<BlogAnswer> {
    const sent = sendRequest({
      host: '127.0.0.1',
      port: this.#port,
      path,
      headers: { accept: 'text/html,*/*' },
    });
    sent.end();
    const [response] = await once(sent, 'response');
    return {
      status: response.statusCode,
      type: String(response.headers['content-type'] ?? '').replace(/;.*$/s, ''),
      location: response.headers.location,
      body: await buffer(response),
    };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
