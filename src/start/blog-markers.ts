import type { Database, Statement } from 'better-sqlite3';
import { untraced } from '../../otel/kit.ts';
import type { TelemetryControl } from '../../otel/query.ts';
import { lastBackupOf } from '../db/last-backup.ts';
import { lastImportOf } from '../db/last-import.ts';
import { SettingStore } from '../db/setting-store.ts';
import { publishedMarker } from '../process/business-metrics.ts';

const INTERVAL_MILLIS = 5000;
/** Of one moment; more are one marker. */
const MAX_POSTS = 3;
const LIMIT = MAX_POSTS + 1;

interface Watched {
  readonly database: Database;
  readonly control: Pick<TelemetryControl, 'mark'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Called with what a look threw; the next one looks again. */
  readonly onFault: (error: unknown) => void;
}

/** Marks on every time chart what happens to a blog without a request to it: backups and imports, which are other processes, and posts whose time has come. */
export class BlogMarkers {
  readonly #watched: Watched;
  readonly #settings: SettingStore;
  readonly #due: Statement<[{ from: number; to: number }], string>;
  #timer: NodeJS.Timeout | undefined;
  #seenMillis: number;
  #backupMillis: number;
  #importMillis: number;

  constructor(watched: Watched) {
    const { database, now } = watched;
    this.#watched = watched;
    this.#settings = new SettingStore(database);
    this.#due = database
      .prepare<[{ from: number; to: number }], string>(
        `SELECT path FROM posts
         WHERE status = 'published' AND deleted_at IS NULL AND published_at > @from AND published_at <= @to AND updated_at < published_at
         ORDER BY published_at DESC LIMIT ${LIMIT}`,
      )
      .pluck();
    this.#seenMillis = now();
    this.#backupMillis = lastBackupOf(this.#settings)?.atMillis ?? 0;
    this.#importMillis = lastImportOf(this.#settings)?.atMillis ?? 0;
  }

  start(): void {
    this.#timer = setInterval(() => this.look(), INTERVAL_MILLIS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Marks what happened since the last look. */
  look(): void {
    untraced(() => {
      try {
        this.#markCommands();
        this.#markDuePosts();
      } catch (error) {
        this.#watched.onFault(error);
      }
    });
  }

  #markCommands(): void {
    const { control } = this.#watched;
    const backup = lastBackupOf(this.#settings)?.atMillis ?? 0;
    if (backup !== this.#backupMillis) control.mark('backup');
    this.#backupMillis = backup;
    const run = lastImportOf(this.#settings);
    if (run !== undefined && run.atMillis !== this.#importMillis)
      control.mark(`import: ${run.added} new, ${run.changed} changed`);
    this.#importMillis = run?.atMillis ?? 0;
  }

  #markDuePosts(): void {
    const now = this.#watched.now();
    const paths = this.#due.all({ from: this.#seenMillis, to: now });
    // A clock that was set back makes nothing due again.
    this.#seenMillis = Math.max(this.#seenMillis, now);
    if (paths.length > MAX_POSTS) this.#watched.control.mark(`published more than ${MAX_POSTS} posts`);
    else for (const path of paths) this.#watched.control.mark(publishedMarker(path));
  }
}
