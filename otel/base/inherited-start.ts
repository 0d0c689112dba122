import cluster from 'node:cluster';
import { isMainThread } from 'node:worker_threads';

/** In the environment of a process that telemetry was registered in, and so of its children: the pid. */
const REGISTERED_PID = 'TELEMETRY_REGISTERED_PID';

/**
 * Whether this is no process of its own but part of one with telemetry, which inherited `--import`: a worker thread, or a child made with
 * `fork()`. One that wants telemetry all the same calls `startTelemetry`. A worker of a cluster serves requests: it is a process like any.
 */
export function isInheritedStart(): boolean {
  if (!isMainThread) return true;
  return process.env[REGISTERED_PID] === String(process.ppid) && !cluster.isWorker;
}

/** For the children of this process. */
export function noteStart(): void {
  process.env[REGISTERED_PID] = String(process.pid);
}
