import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { EXIT_USAGE, readArguments } from '../process/run-command.ts';
import { addressIn } from './fetch-links.ts';
import { addressesOf } from './known-addresses.ts';
import { readTrafficLog, replayed, type ReplayedRequest } from './replay-map.ts';

const DEFAULT_SPEED = 600;
const USAGE = `Usage: npm run replay -- LOG ADDRESS [--speed N]

  LOG      a traffic log: tab-separated offset in seconds, method, path, status
  ADDRESS  a running blog, such as http://127.0.0.1:3000
  --speed  how many times faster than life; default ${DEFAULT_SPEED}
`;
/** Limit of concurrent requests, as from a handful of visitors. */
const MAX_CONCURRENT = 8;

const given = readArguments({
  usage: USAGE,
  names: { count: 2, asked: 'Name a log and an address.' },
  values: ['speed'],
});
if (given === undefined) process.exit();
const [log = '', address = ''] = given.named;
const speed = Number(given.valueOf('speed') ?? DEFAULT_SPEED);
if (!URL.canParse(address) || !(speed > 0)) {
  const wrong = speed > 0 ? `'${address}' is no address.` : '--speed is a number above 0.';
  process.stderr.write(`${wrong}\n\n${USAGE}`);
  process.exit(EXIT_USAGE);
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
    const outgoing = request(addressIn(address, path), { agent, method, headers: all }, (answer) => {
      if (answer.headers.etag !== undefined) etags.set(path, answer.headers.etag);
      answer.on('end', () => count(answer.statusCode!));
      answer.on('error', () => count('aborted'));
      answer.resume();
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => count(error.code ?? error.message));
    outgoing.end();
  });
}
