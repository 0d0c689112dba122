import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Router } from '@koa/router';
import type { Middleware } from 'koa';
import type { Database } from 'better-sqlite3';
import type { ExportFacts, TelemetryQuery } from '../../otel/query.ts';
import type { BlogConfig } from '../process/config.ts';
import { DATABASE_FILE_NAME } from '../db/data-files.ts';
import type { StorageWatch } from '../db/storage-watch.ts';
import type { DataFacts } from '../observatory/facts/data-facts.ts';
import { overviewSummary } from '../observatory/metrics-route.ts';
import { createRouter } from '../http/router.ts';

interface HealthDependencies {
  readonly config: Pick<BlogConfig, 'dataDir'>;
  readonly database: Database;
  readonly telemetry: TelemetryQuery;
  readonly ownerOnly: Middleware;
  readonly storage: StorageWatch;
  readonly data: () => DataFacts;
}

/** `/health`, public: whether the blog can use its database. `/admin/health`, for the owner: details for diagnosis. */
export function createHealthRoutes(deps: HealthDependencies): Router {
  const { config, database, telemetry, ownerOnly, storage, data } = deps;
  const router = createRouter();
  const probe = database.prepare('SELECT 1');
  const file = join(config.dataDir, DATABASE_FILE_NAME);

  /** Also checks that the database's files are in place, as writes to removed files are lost. */
  function databaseAnswers(): boolean {
    try {
      probe.get();
      return storage.problem() === undefined;
    } catch {
      return false;
    }
  }

  router.get('/health', (ctx) => {
    ctx.set('Cache-Control', 'no-store');
    const isUp = databaseAnswers();
    ctx.status = isUp ? 200 : 503;
    ctx.body = { status: isUp ? 'ok' : 'unavailable' };
  });

  router.get('/admin/health', ownerOnly, async (ctx) => {
    const isUp = databaseAnswers();
    const { uptimeSeconds, nodeVersion, pid, current, openFilesLimit, problem } = telemetry.process();
    const facts = data();
    ctx.set('Cache-Control', 'no-store');
    ctx.status = isUp ? 200 : 503;
    ctx.body = {
      status: isUp ? 'ok' : 'unavailable',
      ...(await overviewSummary(telemetry, facts)),
      process: {
        pid,
        node_version: nodeVersion,
        uptime_seconds: uptimeSeconds,
        rss_bytes: current.rssBytes,
        open_files: current.openFiles,
        open_files_limit: openFilesLimit,
        problem: problem ?? null,
      },
      database: {
        problem: storage.problem() ?? null,
        file_bytes: sizeOf(file),
        wal_bytes: sizeOf(`${file}-wal`),
        schema_version: isUp ? database.pragma('user_version', { simple: true }) : null,
      },
      disk: { free_bytes: facts.freeBytes ?? null },
      telemetry: {
        enabled: telemetry.enabled,
        faults: telemetry.faults().map(({ place, count, lastMessage, lastMillis }) => ({
          place,
          count,
          last_message: lastMessage,
          last_at: new Date(lastMillis).toISOString(),
        })),
        export: { configured: telemetry.export().length > 0, failed: failedItems(telemetry.export()) },
      },
    };
  });

  return router;
}

function failedItems(exports: readonly ExportFacts[]): number {
  return exports.reduce((sum, { failed, rejected }) => sum + failed + rejected, 0);
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
