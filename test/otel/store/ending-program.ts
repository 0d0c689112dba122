// A process with the history file of its first argument, which ends as its second argument says, with a hundred traces numbered from its third.
import Database from 'better-sqlite3';
import { systemClock } from '../../../otel/base/clock.ts';
import { Guard } from '../../../otel/base/guard.ts';
import { ExitWatch } from '../../../otel/store/exit-watch.ts';
import { History } from '../../../otel/store/history.ts';
import { ProcessRuns } from '../../../otel/store/process-runs.ts';
import { TraceRing } from '../../../otel/store/trace-ring.ts';
import { spanRecord, traceIdOf, WHOLE } from './kept-span-fixture.ts';

const [path = '', end = '', first = '0'] = process.argv.slice(2);
const guard = new Guard();
const runs = new ProcessRuns({ clock: systemClock, pid: process.pid, startedMillis: Date.now() });
const ring = new TraceRing({ maxTraces: 500, maxBytes: 10_000_000, now: Date.now });
const history: History = new History({
  Database,
  path,
  days: 30,
  ring,
  parts: [runs, new ExitWatch(process, runs, guard, (maxMillis) => history.flush(maxMillis))],
  guard,
  clock: systemClock,
  log: () => {},
});
history.start();
// More than a slice.
for (let i = 0; i < 100; i++)
  ring.add(traceIdOf(Number(first) + i), [spanRecord({ startMillis: Date.now() })], WHOLE);
const ends: Readonly<Record<string, () => unknown>> = {
  stop: () => history.close(),
  throw: () => {
    throw new TypeError('planted');
  },
  'throw what is no text': () => {
    throw Object.create(null);
  },
  reject: () => Promise.reject(new RangeError('planted later, password=hunter2hunter2')),
  exit: () => process.exit(3),
  'exit in peace': () => process.exit(0),
  kill: () => process.kill(process.pid, 'SIGKILL'),
  abort: () => process.abort(),
};
setImmediate(() => ends[end]!());
