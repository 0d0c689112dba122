import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { addressIn } from './fetch-links.ts';
import { addressesOf } from './known-addresses.ts';
import { readTrafficLog, replayed, type ReplayedRequest } from './replay-map.ts';

const USAGE = `Usage: npm run replay -- LOG ADDRESS [--speed N]

  LOG      a traffic log: tab-separated offset in seconds, method, path, status
  ADDRESS  a running blog, such as http://127.0.0.1:3000
  --speed  how many times faster than life; default 600
`;
/** Limit of concurrent requests, as from a handful of visitors. */
const MAX_CONCURRENT = 8;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { speed: { type: 'string', default: '600' } },
});
const [log, address] = positionals;
const speed = Number(values.speed);
if (log === undefined || address === undefined || !URL.canParse(address) || !(speed > 0)) {
  process.stderr.write(USAGE);
  process.exit(2);
}

const agent = new Agent({ keepAlive: true, maxSockets: MAX_CONCURRENT });
const known = await addressesOf(address, agent);
const etags = new Map<string, string>();
const answers = new Map<number | string, number>();
const underWay = new Set<Promise<void>>();
const started = performance.now();
let count = 0;
for (const logged of readTrafficLog(readFileSync(log, 'utf8'))) {
  const wait = (logged.offsetSeconds * 1000) / speed - (performance.now() - started);
  if (wait > 1) await delay(wait);
  while (underWay.size >= MAX_CONCURRENT) await Promise.race(underWay);
  const one = ask(replayed(logged, known)).finally(() => underWay.delete(one));
  underWay.add(one);
  count++;
}
await Promise.all(underWay);
agent.destroy();
const seconds = (performance.now() - started) / 1000;
process.stdout.write(`${count} requests in ${seconds.toFixed(1)} s\n`);
for (const [status, times] of [...answers].sort()) process.stdout.write(`  ${status}  ${times}\n`);

/** Reads a response to its end; failed requests are counted by error. */
function ask({ method, path, headers, conditional }: ReplayedRequest): Promise<void> {
  const etag = conditional ? etags.get(path) : undefined;
  const all = {
    accept: 'text/html,*/*;q=0.8',
    'accept-encoding': 'gzip',
    ...headers,
    ...(etag && { 'if-none-match': etag }),
  };
  return new Promise((resolve) => {
    const count = (what: number | string): void => {
      answers.set(what, (answers.get(what) ?? 0) + 1);
      resolve();
    };
    const outgoing = request(addressIn(address!, path), { agent, method, headers: all }, (answer) => {
      if (answer.headers.etag !== undefined) etags.set(path, answer.headers.etag);
      answer.on('end', () => count(answer.statusCode!));
      answer.on('error', () => count('aborted'));
      answer.resume();
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => count(error.code ?? error.message));
    outgoing.end();
  });
}
