// Plain node:http: the code that finds the handler names the route.
import { createServer } from 'node:http';
import { startTelemetry } from 'glasshouse-telemetry';
import { nameRequestRoute, telemetryPage } from 'glasshouse-telemetry/kit';
import { openNotes } from './notes.mjs';

const telemetry = await startTelemetry({ serviceName: 'notes-http', ignorePaths: ['/telemetry'] });
const notes = openNotes(telemetry);

const server = createServer((request, response) => {
  if (request.url === '/telemetry') return send(response, 200, telemetryPage(telemetry.query));
  const [, id] = /^\/notes\/(\d+)$/.exec(request.url) ?? [];
  if (id === undefined) return send(response, 404, 'Not found');
  nameRequestRoute(request.method, '/notes/:id');
  const page = notes.page(id);
  send(response, page === undefined ? 404 : 200, page ?? 'No such note');
});

function send(response, status, body) {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(body);
}

server.listen(process.env.PORT ?? 3000);
process.once('SIGTERM', () => server.close(() => telemetry.shutdown()));
