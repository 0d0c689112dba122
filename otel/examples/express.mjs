// Express 5: each route that runs passes by `dispatch`, where its path and that of its router are known.
import express from 'express';
import { startTelemetry } from 'glasshouse-telemetry';
import { nameRequestRoute, telemetryPage } from 'glasshouse-telemetry/kit';
import { openNotes } from './notes.mjs';

const telemetry = await startTelemetry({ serviceName: 'notes-express', ignorePaths: ['/telemetry'] });
const notes = openNotes(telemetry);

const { dispatch } = express.Route.prototype;
express.Route.prototype.dispatch = function (request, ...rest) {
  nameRequestRoute(request.method, request.baseUrl + this.path);
  return dispatch.call(this, request, ...rest);
};

const app = express();
app.get('/telemetry', (request, response) => response.send(telemetryPage(telemetry.query)));
const router = express.Router();
router.get('/:id', (request, response) => {
  const page = notes.page(request.params.id);
  response.status(page === undefined ? 404 : 200).send(page ?? 'No such note');
});
router.get('/broken/always', () => {
  throw new Error('this route always fails');
});
app.use('/notes', router);

const server = app.listen(process.env.PORT ?? 3000);
process.once('SIGTERM', () => server.close(() => telemetry.shutdown()));
