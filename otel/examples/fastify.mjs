// Fastify 5: the route is known before the first hook runs.
import Fastify from 'fastify';
import { startTelemetry } from 'glasshouse-telemetry';
import { nameRequestRoute, telemetryPage } from 'glasshouse-telemetry/kit';
import { openNotes } from './notes.mjs';

const telemetry = await startTelemetry({ serviceName: 'notes-fastify', ignorePaths: ['/telemetry'] });
const notes = openNotes(telemetry);

const app = Fastify();
app.addHook('onRequest', (request, reply, done) => {
  const { url } = request.routeOptions;
  if (url !== undefined) nameRequestRoute(request.method, url);
  done();
});
app.get('/telemetry', (request, reply) => reply.type('text/html').send(telemetryPage(telemetry.query)));
app.get('/notes/:id', (request, reply) => {
  const page = notes.page(request.params.id);
  return reply
    .code(page === undefined ? 404 : 200)
    .type('text/html')
    .send(page ?? 'No such note');
});
app.get('/broken', async () => {
  throw new Error('this route always fails');
});

await app.listen({ port: Number(process.env.PORT ?? 3000) });
process.once('SIGTERM', () => app.close().then(() => telemetry.shutdown()));
