// A process that opens the history file of its first argument at the time of its second, writes ten traces numbered from its third, and prints its
// log.
import Database from 'better-sqlite3';
import { systemClock } from '../../../otel/base/clock.ts';
import { Guard } from '../../../otel/base/guard.ts';
import { History } from '../../../otel/store/history.ts';
import { TraceRing } from '../../../otel/store/trace-ring.ts';
import { spanRecord, traceIdOf, WHOLE } from './kept-span-fixture.ts';

const [path = '', atMillis = '0', first = '0'] = process.argv.slice(2);
const messages: string[] = [];
const guard = new Guard();
const ring = new TraceRing({ maxTraces: 100, maxBytes: 10_000_000, now: Date.now });
const history = new History({
  Database,
  path,
  days: 100_000,
  ring,
  guard,
  clock: systemClock,
  log: (message) => messages.push(message),
});
// All at once: with a timer they would start one after the other.
while (Date.now() < Number(atMillis));
history.start();
for (let i = 0; i < 10; i++) ring.add(traceIdOf(Number(first) + i), [spanRecord()], WHOLE);
const deadline = Date.now() + 120_000;
do history.flush();
while (ring.waiting > 0 && Date.now() < deadline);
history.close();
// Another process writing at the same time is not a fault of the file: what was pending was written.
const faults = guard.faults().filter(({ lastMessage }) => !lastMessage.includes('database is locked'));
process.stdout.write(JSON.stringify({ messages, faults, waiting: ring.waiting }));
