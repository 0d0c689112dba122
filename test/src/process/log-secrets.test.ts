import { context, logs, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { expect, it } from '@jest/globals';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { logProcessors } from '../../../otel/spans/log-processors.ts';
import { LogLineProcessor } from '../../../otel/store/log-line-processor.ts';
import { encodeLines, TraceLogs } from '../../../otel/store/trace-logs.ts';
import { createLog } from '../../../src/process/log.ts';
import { LogFolder } from '../../otel/store/log-fixture.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
/** Each with a number, so that one that is found names its place. */
const planted = (place: number): string => `hunter${place}x`;

it('no secret of a line of the log is on disk: not in the file, not in its write-ahead log, not with its trace', () => {
  const folder = new LogFolder();
  const store = folder.start();
  const traceLogs = new TraceLogs();
  const { guard } = folder;
  const forPages = new LogLineProcessor({ logs: traceLogs, store, guard });
  const rules = { recordsClientAddresses: true, exportsClientAddresses: false };
  const exported: string[] = [];
  const exports = { ...forPages, onEmit: (record: object) => void exported.push(JSON.stringify(record)) };
  const noExport = {
    onEmit: exports.onEmit,
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  logs.setGlobalLoggerProvider(
    new LoggerProvider({ processors: [...logProcessors(rules, guard, forPages, [noExport])] }),
  );
  const log = createLog({ logLevel: 'debug' }, { write: () => {} });
  const error = new Error(`connect https://ada:${planted(1)}@db.example failed, token=${planted(2)}`);
  const spanContext = { traceId: TRACE, spanId: 'b7ad6b7169203331', traceFlags: 1 };
  context.with(trace.setSpanContext(ROOT_CONTEXT, spanContext), () => {
    log.error({ err: error, path: `/reset?token=${planted(3)}` }, `password: ${planted(4)} was refused`);
    log.info(
      { body: { user: { deep: { deeper: { apiKey: planted(5), list: [{ pin: planted(6) }] } } } } },
      'posted',
    );
    log.warn({ headers: { cookie: `sid=${planted(7)}`, authorization: `Bearer ${planted(8)}` } }, 'refused');
    log.info({ json: JSON.stringify({ a: [{ secret: planted(9) }] }), newPassword: planted(10) }, 'read');
    log.debug(`got Authorization: Bearer ${planted(11)}, Set-Cookie: id=${planted(12)}; Path=/`);
    log.info({ url: `https://example.org/cb?next=%2Fx%3Ftoken%3D${planted(13)}` }, 'called back');
  });
  const plain = folder.bytes.toString('latin1');
  store.flush();
  const list = store.list()!;
  const written = folder.bytes.toString('latin1');
  const places = [
    plain,
    written,
    encodeLines(traceLogs.of(TRACE, 0) ?? []),
    exported.join('\n'),
    JSON.stringify(list),
  ];
  for (const place of places) expect(place.match(/hunter\d+x/g)).toBeNull();
  // They were there to be found.
  expect(list.rows.map(({ message }) => message)).toEqual([
    'called back',
    expect.stringContaining('got Authorization: REDACTED'),
    'read',
    'refused',
    'posted',
    'password: REDACTED was refused',
  ]);
  expect(written).toContain('called back');
  expect(exported).toHaveLength(6);
  expect(guard.faults()).toEqual([]);
});
