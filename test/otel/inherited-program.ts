// Starts a worker thread, a fork, a child that only runs node, and a worker of a cluster, all with `--import otel/register.ts`, and prints
// in which of them telemetry is on.
import { execFileSync, fork } from 'node:child_process';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { activeTelemetry } from '../../otel/telemetry.ts';

const telemetry = activeTelemetry();
telemetry.instrumentDatabase(Database);
new Database(':memory:').prepare('SELECT 1').get();
const seen = (): unknown => ({
  enabled: telemetry.query.enabled,
  historyBytes: telemetry.query.ownCost().historyFileBytes,
  faults: telemetry.query.faults(),
});

if (!isMainThread) {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort!.postMessage(seen());
} else if (process.argv[2] === 'child' || cluster.isWorker) {
  process.send?.(seen());
  await telemetry.shutdown();
  process.disconnect?.();
} else if (process.argv[2] === 'shell') {
  process.stdout.write(JSON.stringify(seen()));
  await telemetry.shutdown();
} else {
  const file = import.meta.filename;
  const [worker] = (await once(new Worker(file), 'message')) as unknown[];
  const [forked] = (await once(fork(file, ['child']), 'message')) as unknown[];
  const [clustered] = (await once(cluster.fork(), 'message')) as unknown[];
  const main = seen();
  await telemetry.shutdown();
  const own = { ...process.env, METRICS_HISTORY_DAYS: '0' };
  const shell = execFileSync(
    '/bin/sh',
    ['-c', `"${process.execPath}" ${process.execArgv.join(' ')} "${file}" shell; true`],
    {
      env: own,
      encoding: 'utf8',
    },
  );
  process.stdout.write(
    JSON.stringify({ main, worker, forked, clustered, shell: JSON.parse(shell) as unknown }),
  );
}
