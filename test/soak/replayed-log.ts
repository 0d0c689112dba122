/**
 * `npm run soak -- --log FILE [--posts DIR] [--days N]`: days of a traffic log against a real server whose clocks are moved, with three restarts
 * in it (clean, killed, clean), and what every page says in every format beside the list of what was sent.
 */
import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { readTrafficLog, replayed } from '../../src/demo/replay-map.ts';
import { addressesOf } from '../../src/demo/known-addresses.ts';
import { SentRequests } from '../integration/sent-requests.ts';
import { Pages, type Ways } from '../integration/ways-to-a-count.ts';

const SECOND = 1000;
const DAY_SECONDS = 86_400;
const START = Date.UTC(2027, 0, 15, 8, 0, 10, 250);
const HALF_HOUR = 1800 * SECOND;
/** A range that pages are asked for. */
interface Asked {
  readonly name: string;
  readonly query: string;
}
const PRESETS = ['-5m', '-15m', '-1h', '-6h', '-24h', '-7d', '-30d'].map((from): Asked => ({
  name: from,
  query: `from=${from}`,
}));
const RESTARTS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGKILL', 'SIGTERM'];

/** Returns the exit code: 1 when any place says anything else than what was sent, or at least that where it says so. */
export async function replayLog(log: string, posts: string | undefined, days: number): Promise<number> {
  const journey = new SentRequests({});
  try {
    await journey.begin(START, posts);
    const around = await replayAll(journey, log, days);
    return await report(journey, [...PRESETS, ...around]);
  } finally {
    await journey.end();
  }
}

/** Returns the half hours on both sides of each restart. */
async function replayAll(journey: SentRequests, log: string, days: number): Promise<readonly Asked[]> {
  const requests = readTrafficLog(readFileSync(log, 'utf8')).filter(
    ({ offsetSeconds }) => offsetSeconds < days * DAY_SECONDS,
  );
  const known = await knownTo(journey);
  const began = journey.clocked.wallMillis;
  const around: Asked[] = [];
  const restarts = RESTARTS.map((signal, i) => ({
    signal,
    at: Math.floor((requests.length * (i + 1)) / (RESTARTS.length + 1)),
  }));
  for (const [index, logged] of requests.entries()) {
    const wait = began + logged.offsetSeconds * SECOND - journey.clocked.wallMillis;
    if (wait > 0) await journey.clocked.advance(wait, 5 * SECOND);
    const { path, method, headers } = replayed(logged, known);
    await journey.ask(path, method, headers);
    const restart = restarts.find(({ at }) => at === index);
    if (restart === undefined) continue;
    process.stderr.write(`${restart.signal} after ${index + 1} of ${requests.length} requests\n`);
    const { wallMillis } = journey.clocked;
    around.push({
      name: `half an hour on both sides of ${restart.signal}`,
      query: `from=${iso(wallMillis - HALF_HOUR)}&to=${iso(wallMillis + HALF_HOUR)}`,
    });
    await journey.clocked.stop(restart.signal);
    await journey.start(wallMillis + 3 * SECOND);
  }
  await journey.clocked.advance(20 * SECOND, SECOND);
  return around;
}

/** What is asked to find them is counted too, so it is on the list. */
async function knownTo(journey: SentRequests) {
  const agent = new Agent({ keepAlive: true });
  const counted = async (): Promise<number> =>
    (await journey.clocked.blog.metrics<{ operations: { http: { count: number } } }>()).operations.http.count;
  const pictures: number[] = [];
  const known = await addressesOf(journey.clocked.blog.address, agent, (status) => pictures.push(status));
  agent.destroy();
  const asked = (await counted()) - journey.sent.length;
  for (let i = 0; i < asked; i++)
    journey.sent.push({ atMillis: journey.clocked.wallMillis, series: '', outcome: pictures[i] ?? 200 });
  return known;
}

const iso = (millis: number): string => new Date(millis).toISOString();

async function report(journey: SentRequests, asked: readonly Asked[]): Promise<number> {
  const pages = new Pages(journey.clocked.blog, journey.owner);
  let wrong = 0;
  process.stdout.write(
    '| range | said as | sent | page | 4xx sent | 4xx page | places that say it | |\n|---|---|---|---|---|---|---|---|\n',
  );
  for (const { name, query } of asked) {
    const ways = await pages.ways(query);
    const { range, http } = ways;
    const sent = journey.sentIn({ fromMillis: range.from_ms, toMillis: range.to_ms });
    const certain = sent.filter(
      ({ atMillis }) => !range.missing.some((part) => atMillis >= part.from_ms && atMillis < part.to_ms),
    );
    const page = http['overview JSON']!;
    const places = Object.values(http);
    const isOne = places.every(({ count }) => count === page.count);
    const isRight =
      range.missing.length === 0
        ? page.count === sent.length
        : page.count! >= certain.length && page.count! <= sent.length;
    if (!isOne || !isRight) wrong++;
    const refused = sent.filter(({ outcome }) => outcome >= 400 && outcome < 500).length;
    process.stdout.write(
      `| ${name} | ${range.words}, by ${range.step_ms / SECOND} s | ${sent.length} | ${page.count} | ${refused} | ${page.clientErrors} | ${sameIn(ways)} | ${isOne && isRight ? '' : 'WRONG'} |\n`,
    );
  }
  process.stdout.write(wrong === 0 ? 'every place says what was sent\n' : `${wrong} ranges are wrong\n`);
  return wrong === 0 ? 0 : 1;
}

function sameIn({ http }: Ways): string {
  const counts = new Set(Object.values(http).map(({ count }) => count));
  return `${Object.keys(http).length}${counts.size === 1 ? ', equal' : `: ${[...counts].join(', ')}`}`;
}
