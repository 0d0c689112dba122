import type { Router } from '@koa/router';
import type { Database } from 'better-sqlite3';
import { createRouter } from './router.ts';

/** `/health`: whether the blog can answer from its database; nothing more, as anybody may ask. */
export function createHealthRoutes({ database }: { readonly database: Database }): Router {
  const router = createRouter();
  const probe = database.prepare('SELECT 1');
  router.get('/health', (ctx) => {
    ctx.set('Cache-Control', 'no-store');
    try {
      probe.get();
      ctx.body = { status: 'ok' };
    } catch {
      ctx.status = 503;
      ctx.body = { status: 'unavailable' };
    }
  });
  return router;
}
