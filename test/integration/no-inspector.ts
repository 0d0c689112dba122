/** Loaded with `--import`: threads end with an error, as if the inspector of the main one could not be reached. */
import { syncBuiltinESMExports } from 'node:module';
import threads from 'node:worker_threads';

const SOURCE = new URL(`data:text/javascript,throw new Error('no inspector here')`);

threads.Worker = class extends threads.Worker {
  constructor(_file: string | URL, options?: threads.WorkerOptions) {
    super(SOURCE, options);
  }
};
syncBuiltinESMExports();
