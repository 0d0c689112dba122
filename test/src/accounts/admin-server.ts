import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Router } from '@koa/router';
import type { Database } from 'better-sqlite3';
import Koa from 'koa';
import { pino } from 'pino';
import { DEFAULT_TRUSTED_PROXIES, type TrustedProxies } from '../../../otel/kit.ts';
import { rawRequest, type RawAnswer, type RawRequest } from '../../fixtures/raw-request.ts';
import { createAccounts, type Accounts } from '../../../src/accounts/accounts.ts';
import { sessionOf } from '../../../src/accounts/load-session.ts';
import { createAdminParts } from '../../../src/admin/admin-parts.ts';
import { StoredSiteSettings } from '../../../src/db/site-settings.ts';
import { createBusinessMetrics } from '../../../src/process/business-metrics.ts';
import type { BackupSchedule } from '../../../src/admin/backup-card.ts';
import { lastBackupOf } from '../../../src/db/last-backup.ts';
import { SettingStore } from '../../../src/db/setting-store.ts';
import { closeDatabase, neverWaitForLocks, openDatabase } from '../../../src/db/open-database.ts';
import { watchStorage } from '../../../src/db/storage-watch.ts';
import { requestLimits } from '../../../src/http/request-limits.ts';
import { trustProxies } from '../../../src/http/trust-proxies.ts';
import { createAssets, installedAssetFolders } from '../../../src/site/assets.ts';
import { MEDIA_FOLDER_NAME } from '../../../src/db/data-files.ts';
import { MediaStore } from '../../../src/media/media-store.ts';
import { Pictures, type PictureOptions } from '../../../src/media/pictures.ts';
import { createWhenUnlocked } from '../../../src/db/when-unlocked.ts';
import { ImportedDays } from '../../../src/posts/imported-days.ts';
import { MediaUses } from '../../../src/posts/media-uses.ts';
import { DraftLinks } from '../../../src/posts/draft-links.ts';
import { Redirects } from '../../../src/posts/redirects.ts';
import { UnsavedTexts } from '../../../src/posts/unsaved-texts.ts';
import { PostStore } from '../../../src/posts/post-store.ts';
import type { ReaderCounts } from '../../../src/posts/readers/reader-counts.ts';
import { createReaderRoutes } from '../../../src/site/reader-routes.ts';
import { createSecurityHeaders } from '../../../src/http/security-headers.ts';
import { afterTests } from '../../fixtures/after-tests.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

export const PASSWORD = 'amber lantern quietly grows';
export const METRICS_TOKEN = 'canary-metrics-token-9b1f';
/** Cheap enough for a test of something else. */
export const CHEAP_COST = { logN: 10, r: 8, p: 1 };
export const START_MILLIS = Date.UTC(2026, 2, 20, 12);
const assets = createAssets(installedAssetFolders());

/** The blog's admin pages on a real socket and file, with a fake clock. */
export class AdminServer {
  readonly folder: string;
  nowMillis = START_MILLIS;
  logged = '';
  database: Database;
  accounts: Accounts;
  posts: PostStore;
  site: StoredSiteSettings;
  /** How often stored texts were to be rendered again. */
  staleRenders = 0;
  routers: readonly Router[] = [];
  /** Statements that touched the sessions table. */
  sessionStatements = 0;
  readonly #options;
  #server: ReturnType<typeof createServer> | undefined;
  origin = '';
  backupSchedule: BackupSchedule | undefined;
  /** A test opens it before the start, and closes it. */
  readers: ReaderCounts | undefined;

  constructor(
    options: {
      readonly publicUrl?: string;
      readonly trustedProxies?: TrustedProxies;
      readonly passwordCost?: typeof CHEAP_COST | undefined;
      readonly maxLockWaitMillis?: number;
      readonly makePicture?: PictureOptions['make'];
    } = {},
  ) {
    this.#options = options;
    this.folder = temporaryFolder();
    this.database = this.#open();
    this.accounts = this.#createAccounts();
    this.posts = new PostStore(this.database, { now: this.#now });
    this.site = new StoredSiteSettings(new SettingStore(this.database));
    afterTests(() => this.#stop());
  }

  readonly #now = (): number => this.nowMillis;

  get media(): MediaStore {
    return new MediaStore(this.database, { folder: join(this.folder, MEDIA_FOLDER_NAME), now: this.#now });
  }

  #open(): Database {
    const database = openDatabase(join(this.folder, 'blog.db'));
    neverWaitForLocks(database);
    return database;
  }

  #createAccounts(): Accounts {
    const { passwordCost } = 'passwordCost' in this.#options ? this.#options : { passwordCost: CHEAP_COST };
    return createAccounts({ database: this.database, now: this.#now, ...(passwordCost && { passwordCost }) });
  }

  async start(): Promise<this> {
    const log = pino({ level: 'trace' }, { write: (line: string) => void (this.logged += line) });
    const config = {
      host: '127.0.0.1',
      port: 0,
      trustedProxies: this.#options.trustedProxies ?? DEFAULT_TRUSTED_PROXIES,
      publicUrl: this.#options.publicUrl,
      dataDir: this.folder,
      pageCacheBytes: 1_000_000,
      logLevel: 'trace' as const,
      metricsToken: METRICS_TOKEN,
    };
    const shared = {
      config,
      database: this.database,
      now: this.#now,
      log,
      assets,
      posts: this.posts,
      metrics: createBusinessMetrics({ countFrom: () => {}, mark: () => {} }),
      storage: watchStorage(this.database),
      readers: this.readers,
      maxLockWaitMillis: this.#options.maxLockWaitMillis ?? 2000,
      media: this.media,
      pictures: new Pictures(this.database, {
        media: this.media,
        folder: join(this.folder, MEDIA_FOLDER_NAME),
        now: this.#now,
        whenUnlocked: createWhenUnlocked(),
        ...(this.#options.makePicture && { make: this.#options.makePicture }),
      }),
      mediaUses: new MediaUses(this.database, { now: this.#now }),
      importedDays: new ImportedDays(this.database),
      unsaved: new UnsavedTexts(this.database, { now: this.#now }),
      draftLinks: new DraftLinks(this.database, { now: this.#now }),
      redirects: new Redirects(this.database, { now: this.#now, publicUrl: this.#options.publicUrl }),
    };
    const render = <T>(_: string, draw: () => T): T => draw();
    const reader = createReaderRoutes({
      ...shared,
      render,
      site: this.site,
      isOwner: (ctx) => sessionOf(ctx) !== undefined,
    });
    const find = this.accounts.sessions.find.bind(this.accounts.sessions);
    this.accounts.sessions.find = (token) => {
      this.sessionStatements += 1;
      return find(token);
    };
    const admin = createAdminParts({
      ...shared,
      render,
      accounts: this.accounts,
      site: this.site,
      lastBackup: () => lastBackupOf(new SettingStore(this.database)),
      renderStale: () => void this.staleRenders++,
      backupSchedule: () => this.backupSchedule,
    });
    this.routers = admin.routers;
    const app = new Koa();
    app.on('error', (error) => log.error({ err: error }, 'a request failed'));
    app.use(trustProxies(config.trustedProxies));
    app.use(createSecurityHeaders(config));
    app.use(reader.errors);
    app.use(requestLimits());
    app.use(admin.loadSession);
    for (const path of ['/admin/metrics', '/metrics'])
      app.use((ctx, next) =>
        ctx.path === path
          ? admin.ownerOrBearer(ctx, () => Promise.resolve(void (ctx.body = { ok: true })))
          : next(),
      );
    for (const router of [...admin.routers, ...reader.routers, reader.postPaths])
      app.use(router.routes() as unknown as Koa.Middleware);
    // The client alone closes idle connections: with both in one busy process, it could send on one that has just been closed.
    this.#server = createServer({ keepAliveTimeout: 0 }, app.callback());
    await new Promise<void>((resolve) => this.#server!.listen(0, '127.0.0.1', resolve));
    this.origin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  async #stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) =>
      this.#server === undefined ? resolve(undefined) : this.#server.close(resolve),
    );
    closeDatabase(this.database);
  }

  /** As after the machine was switched off and on. */
  async restart(): Promise<void> {
    await this.#stop();
    this.database = this.#open();
    this.accounts = this.#createAccounts();
    this.posts = new PostStore(this.database, { now: this.#now });
    this.site = new StoredSiteSettings(new SettingStore(this.database));
    await this.start();
  }

  /** One request exactly as given; no redirect is followed. */
  ask(path: string, options: RawRequest = {}): Promise<RawAnswer> {
    return rawRequest(this.origin, path, options);
  }

  /** A visitor with a cookie jar, as a browser has one. */
  visitor(userAgent = 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0'): Visitor {
    return new Visitor(this, userAgent);
  }

  /** The owner, set up and signed in. */
  async owner(): Promise<Visitor> {
    const visitor = this.visitor();
    const link = this.accounts.setupLinks.create()!;
    await visitor.get(link.path);
    const answer = await visitor.post('/admin/setup', {
      token: new URL(link.path, this.origin).searchParams.get('token')!,
      password: PASSWORD,
      repeated: PASSWORD,
    });
    if (answer.status !== 303) throw new Error(`set-up answered ${answer.status}`);
    await visitor.get('/admin');
    return visitor;
  }
}

export class Visitor {
  readonly cookies = new Map<string, string>();
  /** Of the page seen last. */
  csrfToken = '';
  readonly #server: AdminServer;
  readonly #userAgent: string;

  constructor(server: AdminServer, userAgent: string) {
    this.#server = server;
    this.#userAgent = userAgent;
  }

  get cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<RawAnswer> {
    return this.#send(path, { headers: { Accept: 'text/html', ...headers } });
  }

  post(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<RawAnswer> {
    return this.#send(path, {
      method: 'POST',
      headers: {
        Accept: 'text/html',
        Origin: this.#server.origin,
        'Sec-Fetch-Site': 'same-origin',
        'Content-Type': 'application/x-www-form-urlencoded',
        ...headers,
      },
      body: new URLSearchParams({ _csrf: this.csrfToken, ...fields }).toString(),
    });
  }

  /** A form with a file, sent as a browser sends it; `parts` before the file. */
  async upload(
    path: string,
    file: { readonly name: string; readonly bytes: Buffer } | undefined,
    options: {
      readonly parts?: Readonly<Record<string, string>>;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<RawAnswer> {
    const form = new FormData();
    const { parts = { _csrf: this.csrfToken }, headers } = options;
    for (const [name, value] of Object.entries(parts)) form.append(name, value);
    if (file !== undefined) form.append('picture', new Blob([new Uint8Array(file.bytes)]), file.name);
    const encoded = new Response(form);
    return this.#send(path, {
      method: 'POST',
      headers: {
        Accept: 'text/html',
        Origin: this.#server.origin,
        'Sec-Fetch-Site': 'same-origin',
        'Content-Type': encoded.headers.get('Content-Type')!,
        ...headers,
      },
      body: Buffer.from(await encoded.arrayBuffer()),
    });
  }

  async #send(path: string, options: RawRequest): Promise<RawAnswer> {
    const headers = {
      'User-Agent': this.#userAgent,
      ...(this.cookies.size > 0 && { Cookie: this.cookieHeader }),
      ...options.headers,
    };
    const answer = await this.#server.ask(path, { ...options, headers });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    this.csrfToken = /name="_csrf" value="([^"]+)"/.exec(answer.text)?.[1] ?? this.csrfToken;
    return answer;
  }
}
