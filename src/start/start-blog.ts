import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Router } from '@koa/router';
import Database from 'better-sqlite3';
import type { Logger } from 'pino';
import type { RenderTracer, TelemetryControl, TelemetryQuery, ThreadWork } from '../../otel/query.ts';
import { createAccounts } from '../accounts/accounts.ts';
import { BlogMarkers } from './blog-markers.ts';
import { createBlogAlerts } from './blog-alerts.ts';
import { createApp, type BlogParts } from './app.ts';
import { basePathOf } from '../http/base-path.ts';
import { loadBlogConfig, type BlogConfig } from '../process/config.ts';
import { backupSeriesOf } from '../db/last-backup.ts';
import { closeDatabase, neverWaitForLocks } from '../db/open-database.ts';
import { openServedData } from '../db/open-served-data.ts';
import { orUnwritable } from '../db/unwritable-database.ts';
import { stopGracefully } from '../process/graceful-stop.ts';
import { ScheduledBackups } from './scheduled-backups.ts';
import { createBlogServer } from '../http/blog-server.ts';
import { localOrigin } from '../http/local-origin.ts';
import { openReaders } from './open-readers.ts';
import { createLog } from '../process/log.ts';
import { MEDIA_FOLDER_NAME } from '../db/data-files.ts';
import { SettingStore } from '../db/setting-store.ts';
import { createWhenUnlocked } from '../db/when-unlocked.ts';
import { MediaStore } from '../media/media-store.ts';
import { Pictures } from '../media/pictures.ts';
import { removeUnfinished } from '../media/unfinished-files.ts';
import { UnfinishedMedia } from '../media/unfinished-media.ts';
import { LiveStreams } from '../observatory/live/live-streams.ts';
import { MediaUses } from '../posts/media-uses.ts';
import { BlogSearch } from '../posts/blog-search.ts';
import { PostStore } from '../posts/post-store.ts';
import { isForPeople } from '../process/for-people.ts';
import { watchParent } from '../process/parent-watch.ts';
import { keepFormerFeedIds } from '../posts/former-feed-ids.ts';
import { renewPictures } from '../posts/renew-pictures.ts';
import { StaleRenders } from '../posts/stale-renders.ts';
import { rewriteTags } from '../posts/tag-names.ts';
import { seedWelcomePosts } from '../posts/welcome-posts.ts';

/** The blog's interface to telemetry, on or off. */
export interface BlogTelemetry {
  readonly query: TelemetryQuery;
  readonly control: TelemetryControl;
  readonly render: RenderTracer;
  instrumentDatabase(constructor: typeof Database): void;
  readonly noteThreadWork: (work: ThreadWork) => void;
  shutdown(): Promise<void>;
}

export interface StartBlogOptions {
  readonly telemetry: BlogTelemetry;
  /** Further routers, mounted before the posts' addresses. */
  readonly routers?: (parts: BlogParts) => readonly Router[];
  /** Called when the blog listens, instead of printing a set-up link. */
  readonly onListening?: (address: string, parts: BlogParts) => void;
  /** Also stops if the parent process has gone, as npm ends on SIGTERM without forwarding it. */
  readonly stopWithParent?: boolean;
}

/** A warning, as a session cookie over plain http would go unnoticed. */
const WITHOUT_PUBLIC_URL =
  'PUBLIC_URL is not set: cookies are Secure only for requests that a proxy in TRUSTED_PROXIES reports as https.';

/** Opens the database, listens and prints the address. A failed start prints one line and exits with code 1. */
export function startBlog({ telemetry, routers, onListening, stopWithParent }: StartBlogOptions): void {
  const config = orExit(loadBlogConfig);
  const log = createLog(config);
  const { database, lock, notPrivate } = orExit(() =>
    openServedData(config.dataDir, () => telemetry.instrumentDatabase(Database)),
  );
  if (notPrivate.length > 0)
    log.warn({ files: notPrivate.slice(0, 10) }, 'other users of this machine can read these files');
  const prepared = <T>(work: () => T): T => orExit(() => orUnwritable(config.dataDir, work));
  prepared(() => prepareContent(database, mediaFolderOf(config)));
  keepFormerFeedIds(database, config.publicUrl);
  let address = '';
  const alerts = createBlogAlerts({
    config,
    database,
    telemetry: telemetry.query,
    log,
    now: Date.now,
    address: () => address,
  });
  const markers = createMarkers(database, telemetry, log);
  const stale = new StaleRenders(database, { posts: new PostStore(database), log });
  const search = new BlogSearch(database, telemetry.noteThreadWork);
  const backups = prepared(() => createBackups(config, log, database));
  const tasks = [alerts, markers, backups];
  const parts: BlogParts = {
    config,
    alerts,
    backups,
    search,
    readers: openReaders({ config, database, log, now: Date.now }),
    database,
    accounts: createAccounts({ database, now: Date.now }),
    log,
    telemetry: telemetry.query,
    control: telemetry.control,
    render: telemetry.render,
    live: new LiveStreams(telemetry.query),
    renderStale: () => void stale.renderAll(),
    now: Date.now,
  };

  // Waiting for locks is allowed only until the blog listens.
  const setup = onListening === undefined ? prepared(() => parts.accounts.setupLinks.create()) : undefined;
  const app = createApp(parts, routers?.(parts));
  neverWaitForLocks(database);
  const handle = app.callback();
  const { server, turns } = createBlogServer((request, response) => void handle(request, response));
  server.once('error', (error: NodeJS.ErrnoException) => exitWith(listenProblem(error, config)));
  server.listen(config.port, config.host, () => {
    address = `${addressOf(server)}${basePathOf(config.publicUrl)}`;
    lock.announce(address);
    for (const task of tasks) task.start();
    process.stdout.write(`Glasshouse is at ${address}\n`);
    void removeUnfinished(mediaFolderOf(config), Date.now()).catch(() => {});
    void renewContent(parts, stale);
    if (config.publicUrl === undefined) process.stdout.write(`${WITHOUT_PUBLIC_URL}\n`);
    if (onListening !== undefined) return onListening(address, parts);
    if (setup !== undefined) process.stdout.write(setupText(`${config.publicUrl ?? address}${setup.path}`));
  });
  stopGracefully({
    server,
    finish: turns.finish,
    parent: stopWithParent ? watchParent() : undefined,
    log,
    beforeRequestsEnd() {
      parts.live.close();
      for (const task of tasks) task.stop();
    },
    async close() {
      stale.stop();
      await search.close();
      parts.readers?.close();
      await telemetry.shutdown();
      closeDatabase(database);
      lock.release();
    },
  });
}

function setupText(link: string): string {
  return `This blog has no owner yet. Open this link within a day to become its owner: ${link}\n`;
}

function mediaFolderOf({ dataDir }: BlogConfig): string {
  return join(dataDir, MEDIA_FOLDER_NAME);
}

function createMarkers(
  database: Database.Database,
  { control }: Pick<BlogTelemetry, 'control'>,
  log: Logger,
): BlogMarkers {
  const onFault = (error: unknown): void =>
    log.debug({ err: error }, 'failed to look for backups, imports and due posts');
  return new BlogMarkers({ database, control, now: Date.now, onFault });
}

function createBackups(config: BlogConfig, log: Logger, database: Database.Database): ScheduledBackups {
  const series = backupSeriesOf(new SettingStore(database));
  return new ScheduledBackups({ config, series, log, now: Date.now });
}

/** What must be done before the first request. */
function prepareContent(database: Database.Database, mediaFolder: string): void {
  new UnfinishedMedia(database, mediaFolder).cleanUp();
  new MediaUses(database).fill();
  seedWelcomePosts({ database, posts: new PostStore(database) });
}

/** What may be done beside requests: texts that cannot be found yet, the rest of a renamed tag, renderings of an older version, variants of pictures. The next start retries what fails. */
async function renewContent(
  { config, database, log, search }: BlogParts,
  stale: StaleRenders,
): Promise<void> {
  const folder = mediaFolderOf(config);
  const media = new MediaStore(database, { folder });
  const whenUnlocked = createWhenUnlocked();
  const pictures = new Pictures(database, { media, folder, whenUnlocked });
  const posts = new PostStore(database);
  try {
    const indexed = (await search?.indexAll(whenUnlocked)) ?? 0;
    if (indexed > 0) log.info({ posts: indexed }, 'posts indexed for the search');
    if (posts.tagNames.renamed().length > 0) await rewriteTags(posts.tagNames, whenUnlocked);
    await stale.renderAll();
    await renewPictures({ database, posts, media, pictures, stale, log });
  } catch (error) {
    if (!stale.isStopped) log.warn({ err: error }, 'failed to renew posts or pictures');
  }
}

function addressOf(server: Server): string {
  const { address, port } = server.address() as AddressInfo;
  return localOrigin(address, port);
}

function listenProblem(error: NodeJS.ErrnoException, { host, port }: BlogConfig): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} is in use: another program listens on ${host}:${port}. Set PORT to another port, or to 0 for a free one.`;
    case 'EACCES':
      return `This user may not listen on port ${port}. Set PORT to 1024 or more.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `HOST=${host} is not an address of this machine. Try 127.0.0.1, or 0.0.0.0 for every interface.`;
    default:
      return `Cannot listen on ${host}:${port}: ${error.message}`;
  }
}

/** Ends the process with one line for errors with a message for users. */
function orExit<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && isForPeople(error)) exitWith(error.message);
    throw error;
  }
}

function exitWith(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
