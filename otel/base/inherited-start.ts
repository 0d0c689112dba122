import cluster from 'node:cluster';
import { isMainThread } from 'node:worker_threads';

/** In the environment of a process that telemetry was started in, and so of its children: the pid. */
const STARTED_PID = 'TELEMETRY_STARTED_PID';

/**
 * Whether this is no process of its own but part of one with telemetry, which inherited its start (`--import`, NODE_OPTIONS): a worker thread, or
 * a child that node runs in. A worker of a cluster serves requests: it is a process like any. A child that is given an environment of its own
 * is not known for one.
 */
export function isInheritedStart(): boolean {
  inherited ??= !isMainThread || (process.env[STARTED_PID] === String(process.ppid) && !cluster.isWorker);
  return inherited;
}

/** As it was before this process wrote there itself. */
let inherited: boolean | undefined;

/** For the children of this process, and theirs: also where it inherited its start and has no telemetry. */
export function noteStart(): void {
  if (isMainThread) process.env[STARTED_PID] = String(process.pid);
}

/** Children made from now on are processes of their own. */
export function forgetStart(): void {
  if (isMainThread && process.env[STARTED_PID] === String(process.pid)) delete process.env[STARTED_PID];
}
