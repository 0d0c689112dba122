// A process that stores log lines in the file of its first argument: 250 written, then 40 that wait, and ends as its second says.
import Database from 'better-sqlite3';
import { systemClock } from '../../../otel/base/clock.ts';
import { Guard } from '../../../otel/base/guard.ts';
import { LogStore } from '../../../otel/store/log-store.ts';

const [path = '', end = ''] = process.argv.slice(2);
const store = new LogStore({
  path,
  maxBytes: 64 * 1024 * 1024,
  days: 30,
  guard: new Guard(),
  clock: systemClock,
  log: () => {},
  process,
});
store.start(Database);
function add(count: number): void {
  for (let i = 0; i < count; i++) {
    const more = { attributes: {}, traceId: undefined, spanId: undefined };
    store.add({ timeMillis: Date.now(), level: 'info', logger: end, message: `line ${i}`, ...more }, 100);
  }
}
add(250);
// The other process may have the lock for a moment.
while (store.facts().waiting > 0) store.flush();
add(40);
if (end === 'kill') process.kill(process.pid, 'SIGKILL');
throw new TypeError('planted');
