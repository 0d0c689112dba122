import Database from 'better-sqlite3';
import { startTelemetry } from 'glasshouse-telemetry';
import { nameRequestRoute, telemetryPage } from 'glasshouse-telemetry/kit';
import Koa from 'koa';

const telemetry = await startTelemetry({ serviceName: 'notes', ignorePaths: ['/telemetry'] });
telemetry.instrumentDatabase(Database);
const notes = new Database(':memory:').prepare("SELECT 'a note' AS text");

const app = new Koa();
app.use((ctx) => {
  if (ctx.path === '/') nameRequestRoute(ctx.method, '/');
  if (ctx.path === '/telemetry') ctx.body = telemetryPage(telemetry.query);
  else ctx.body = telemetry.render('note', () => `<p>${notes.get().text}</p>`);
});
const server = app.listen(3000);
process.once('SIGTERM', () => server.close(() => telemetry.shutdown()));
