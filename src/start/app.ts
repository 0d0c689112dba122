import { join } from 'node:path';
import type { Router } from '@koa/router';
import type { Database } from 'better-sqlite3';
import Koa, { type Context } from 'koa';
import type { Logger } from 'pino';
import type { RenderTracer, TelemetryControl, TelemetryQuery } from '../../otel/query.ts';
import type { Alerts } from '../observatory/alerts/alerts.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { sessionOf } from '../accounts/load-session.ts';
import { createAdminParts } from '../admin/admin-parts.ts';
import { basePathOf, mountAt, originOf } from '../http/base-path.ts';
import type { BlogConfig } from '../process/config.ts';
import { createBusinessMetrics } from '../process/business-metrics.ts';
import { FreeBytes } from '../db/free-bytes.ts';
import { lastBackupOf } from '../db/last-backup.ts';
import type { DataFacts } from '../observatory/facts/data-facts.ts';
import { SettingStore } from '../db/setting-store.ts';
import { StoredSiteSettings } from '../db/site-settings.ts';
import { watchStorage } from '../db/storage-watch.ts';
import { errorLog } from '../http/error-log.ts';
import { storageLog } from '../db/storage-log.ts';
import { below } from '../http/below.ts';
import { createHealthRoutes } from './health-routes.ts';
import { requestLimits } from '../http/request-limits.ts';
import { trustProxies } from '../http/trust-proxies.ts';
import { createAssets, installedAssetFolders } from '../site/assets.ts';
import { MEDIA_FOLDER_NAME } from '../db/data-files.ts';
import { MediaStore } from '../media/media-store.ts';
import { Pictures } from '../media/pictures.ts';
import { createWhenUnlocked } from '../db/when-unlocked.ts';
import { MethodNotAllowed } from '../http/method-not-allowed.ts';
import type { LiveStreams } from '../observatory/live/live-streams.ts';
import { createObservatoryRouters } from './observatory-routes.ts';
import { ImportedDays } from '../posts/imported-days.ts';
import { MediaUses } from '../posts/media-uses.ts';
import { DraftLinks } from '../posts/draft-links.ts';
import { Redirects } from '../posts/redirects.ts';
import { UnsavedTexts } from '../posts/unsaved-texts.ts';
import type { BlogSearch } from '../posts/blog-search.ts';
import { PostStore } from '../posts/post-store.ts';
import { requestIdentity } from '../http/request-identity.ts';
import { createCompression } from '../http/compression.ts';
import type { ScheduledBackups } from './scheduled-backups.ts';
import { serverTiming } from './server-timing.ts';
import { OWNER_SEGMENTS } from '../process/own-addresses.ts';
import type { ReaderCounts } from '../posts/readers/reader-counts.ts';
import { createReaderRoutes } from '../site/reader-routes.ts';
import { createSecurityHeaders } from '../http/security-headers.ts';

/** Parts of the blog: settings, the open database, accounts, and telemetry, on or off. */
export interface BlogParts {
  readonly config: BlogConfig;
  readonly database: Database;
  readonly accounts: Accounts;
  readonly telemetry: TelemetryQuery;
  readonly control: TelemetryControl;
  readonly render: RenderTracer;
  /** Live streams of the observatory; the caller ends them when it stops the server. */
  readonly live: LiveStreams;
  /** The caller starts and stops them. Undefined: none. */
  readonly alerts?: Alerts | undefined;
  /** The caller closes them. Undefined: readers are not counted. */
  readonly readers?: ReaderCounts | undefined;
  /** The caller closes it. Undefined: searches run in this thread. */
  readonly search?: BlogSearch | undefined;
  readonly backups?: Pick<ScheduledBackups, 'schedule'> | undefined;
  readonly log: Logger;
  /** Renders stored texts again that are from another version or setting; returns at once. */
  readonly renderStale: () => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Creates the blog as a Koa app, without listening or printing. `routers` are mounted before the posts' addresses. */
export function createApp(parts: BlogParts, routers: readonly Router[] = []): Koa {
  const { config, database, log, now } = parts;
  const basePath = basePathOf(config.publicUrl);
  const settings = new SettingStore(database);
  const site = new StoredSiteSettings(settings);
  const folder = join(config.dataDir, MEDIA_FOLDER_NAME);
  const media = new MediaStore(database, { folder, now });
  const shared = {
    ...parts,
    assets: createAssets(installedAssetFolders()),
    posts: new PostStore(database, { now }),
    media,
    pictures: new Pictures(database, { media, folder, now, whenUnlocked: createWhenUnlocked() }),
    mediaUses: new MediaUses(database, { now }),
    importedDays: new ImportedDays(database),
    draftLinks: new DraftLinks(database, { now }),
    unsaved: new UnsavedTexts(database, { now }),
    redirects: new Redirects(database, { now, publicUrl: config.publicUrl }),
    metrics: createBusinessMetrics(parts.control),
    storage: watchStorage(database, storageLog(log)),
  };
  const free = new FreeBytes(config.dataDir);
  const data = (): DataFacts => ({
    freeBytes: free.bytes,
    backup: { atMillis: lastBackupOf(settings)?.atMillis },
  });
  const isOwner = (ctx: Pick<Context, 'state'>): boolean => sessionOf(ctx) !== undefined;
  const reader = createReaderRoutes({ ...shared, site, isOwner });
  const admin = createAdminParts({
    ...shared,
    site,
    lastBackup: () => lastBackupOf(settings),
    backupSchedule: () => parts.backups?.schedule(),
  });
  const observatory = createObservatoryRouters({
    ...shared,
    site,
    admin,
    basePath,
    origin: originOf(config.publicUrl),
    data,
  });

  const app = new Koa();
  app.on('error', errorLog(log));
  app.use(trustProxies(config.trustedProxies));
  app.use(requestIdentity());
  app.use(createSecurityHeaders(config));
  app.use(createCompression());
  if (basePath !== '') app.use(mountAt(basePath));
  app.use(reader.errors);
  app.use(requestLimits());
  app.use(admin.loadSession);
  app.use(serverTiming());
  app.use(reader.sendCached);
  app.use(createHealthRoutes({ ...shared, data, ownerOnly: admin.ownerOnly }).routes());
  for (const router of reader.routers) app.use(router.routes());
  for (const router of [...admin.routers, ...observatory]) app.use(below(OWNER_SEGMENTS, router));
  for (const router of routers) app.use(router.routes());
  app.use(reader.postPaths.routes());
  app.use(reader.postPaths.allowedMethods({ throw: true, notImplemented: () => new MethodNotAllowed() }));
  return app;
}
