import cluster from 'node:cluster';
import { isMainThread } from 'node:worker_threads';

/** Environment variable that holds the pid of the process with telemetry, for its children. */
const STARTED_PID = 'TELEMETRY_STARTED_PID';

/**
 * Returns true if this is part of a process with telemetry and only inherited its start (`--import`, NODE_OPTIONS): a worker thread, or a child
 * process that runs node. A cluster worker serves requests and counts as a process of its own. A child with a replaced environment is not
 * recognised.
 */
export function isInheritedStart(): boolean {
  inherited ??= !isMainThread || (process.env[STARTED_PID] === String(process.ppid) && !cluster.isWorker);
  return inherited;
}

/** The value before this process wrote the variable itself. */
let inherited: boolean | undefined;

/** Marks this process for its children and their children, even if it inherited its start and has telemetry off. */
export function noteStart(): void {
  if (isMainThread) process.env[STARTED_PID] = String(process.pid);
}

/** Children started from now on count as processes of their own. */
export function forgetStart(): void {
  if (isMainThread && process.env[STARTED_PID] === String(process.pid)) delete process.env[STARTED_PID];
}
