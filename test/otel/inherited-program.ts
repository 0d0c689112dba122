/**
 * Starts the chains of threads and processes in CHAINS, which inherit how this one was started, and prints per chain whether telemetry is on at its
 * end: `worker`, `fork`, `cluster`, `spawn` (node itself), `shell` (a shell that runs node), `asks` (`inherited: true`).
 */
import { execFileSync, fork } from 'node:child_process';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { activeTelemetry, startTelemetry } from '../../otel/telemetry.ts';

type Step = 'worker' | 'fork' | 'cluster' | 'spawn' | 'shell' | 'asks';
export interface Seen {
  readonly enabled: boolean;
  readonly history: boolean;
  readonly faults: number;
}

const FILE = import.meta.filename;
async function seen(asks: boolean): Promise<Seen> {
  const telemetry = asks ? await startTelemetry({ env: {}, inherited: true }) : activeTelemetry();
  telemetry.instrumentDatabase(Database);
  new Database(':memory:').prepare('SELECT 1').get();
  const { query } = telemetry;
  return {
    enabled: query.enabled,
    history: query.ownCost().historyFileBytes > 0,
    faults: query.faults().length,
  };
}

/** What is observed at the end of the chain. */
async function follow([step, ...rest]: readonly Step[]): Promise<Seen> {
  const next = JSON.stringify(rest);
  if (step === undefined || step === 'asks') return seen(step === 'asks');
  if (step === 'worker') return first(new Worker(FILE, { workerData: next }));
  if (step === 'fork') return first(fork(FILE, [next]));
  if (step === 'cluster') {
    cluster.setupPrimary({ exec: FILE, args: [next] });
    return first(cluster.fork());
  }
  const node = [...process.execArgv, FILE, next];
  const [program, args]: [string, string[]] =
    step === 'spawn'
      ? [process.execPath, node]
      : ['/bin/sh', ['-c', `"${[process.execPath, ...node].join('" "').replace(next, '[]')}"; true`]];
  return JSON.parse(execFileSync(program, args, { encoding: 'utf8' })) as Seen;
}

async function first(
  child: Worker | ReturnType<typeof fork> | ReturnType<typeof cluster.fork>,
): Promise<Seen> {
  const [answer] = (await once(child, 'message')) as [Seen];
  return answer;
}

if (!isMainThread) {
  const answer = await follow(JSON.parse(String(workerData)) as Step[]);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort!.postMessage(answer);
} else if (process.argv[2] !== undefined) {
  const answer = await follow(JSON.parse(process.argv[2]) as Step[]);
  await activeTelemetry().shutdown();
  if (process.send === undefined) process.stdout.write(JSON.stringify(answer));
  else process.send(answer);
  process.disconnect?.();
} else {
  const answers: Record<string, Seen> = {};
  for (const chain of (process.env['CHAINS'] ?? '').split(','))
    answers[chain] = await follow(chain.split(' ').filter((step) => step !== '') as Step[]);
  await activeTelemetry().shutdown();
  answers['fork after shutdown'] = await follow(['fork']);
  process.stdout.write(JSON.stringify(answers));
}
