// Koa 2 and 3 with @koa/router: its path is known where a handler runs, so one middleware in front names every route.
import { Router } from '@koa/router';
import { startTelemetry } from 'glasshouse-telemetry';
import { nameRequestRoute, telemetryPage } from 'glasshouse-telemetry/kit';
import Koa from 'koa';
import { openNotes } from './notes.mjs';

const telemetry = await startTelemetry({ serviceName: 'notes-koa', ignorePaths: ['/telemetry'] });
const notes = openNotes(telemetry);

const router = new Router();
router.get('/telemetry', (ctx) => {
  ctx.body = telemetryPage(telemetry.query);
});
router.get('/notes/:id', (ctx) => {
  ctx.body = notes.page(ctx.params.id) ?? ctx.throw(404);
});
router.get('/broken', () => {
  throw new Error('this route always fails');
});

const app = new Koa();
app.use(async (ctx, next) => {
  try {
    await next();
  } finally {
    if (ctx.routerPath !== undefined) nameRequestRoute(ctx.method, ctx.routerPath);
  }
});
app.use(router.routes()).use(router.allowedMethods());

const server = app.listen(process.env.PORT ?? 3000);
process.once('SIGTERM', () => server.close(() => telemetry.shutdown()));
