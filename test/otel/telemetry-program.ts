// A small app for tests of a real start: run it with `--import otel/register.ts`. It serves, calls itself, and prints what telemetry recorded.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { metrics } from '@opentelemetry/api';
import Database from 'better-sqlite3';
import { activeTelemetry } from '../../otel/telemetry.ts';

const telemetry = activeTelemetry();
telemetry.instrumentDatabase(Database);
metrics.getMeter('program').createCounter('program.starts').add(1);
const database = new Database(':memory:');
database.exec('CREATE TABLE posts (id INTEGER PRIMARY KEY, title TEXT NOT NULL) STRICT');
const select = database.prepare('SELECT title FROM posts WHERE id = ?');

const server = createServer((_request, response) => {
  select.get(1);
  response.end(telemetry.render('post', () => '<p>hello</p>'));
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as AddressInfo;
const origin = `http://127.0.0.1:${port}`;

async function get(path: string): Promise<void> {
  await (await fetch(origin + path, { headers: { connection: 'close' } })).text();
}

for (let index = 0; index < 5; index++) await get(`/post/${index}`);
for (const path of ['/admin/metrics', '/admin/metrics-dashboard/traces', '/metrics?x=1']) await get(path);
await new Promise((resolve) => server.close(resolve));

await telemetry.flush();
const { query } = telemetry;
const report = {
  port,
  enabled: query.enabled,
  counts: Object.fromEntries(Object.entries(query.operations()).map(([type, { count }]) => [type, count])),
  traces: query.traces().rows.length,
  spans: query.spans(),
  exports: query.export(),
  faults: query.faults(),
  business: query.business(),
  settings: query.settings().filter(({ source }) => source !== 'default'),
};
await telemetry.shutdown();
process.stdout.write(JSON.stringify({ ...report, afterShutdown: query.export() }));
