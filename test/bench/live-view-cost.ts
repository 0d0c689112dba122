import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { DemoServer } from '../fixtures/demo-server.ts';
import { median } from './median.ts';
import type { Figure } from './micro/figure.ts';

/** More than the ring holds. */
const VISITS = 1500;
/** Ten pages of the observatory, four viewers each. */
const PAGES = '|/content|/process|/routes|/queries|/slow|/failures|/traces|/sampling|/buffer'.split('|');
const VIEWERS_EACH = 4;
const PER_SECOND = 100;
/** Pages that were opened at once have their first numbers by then. */
const SETTLE_MILLIS = 3000;
/** Of what viewers add to the 95th percentile of readers. */
const MAX_RISE = 0.1;
const MAX_BYTES_PER_SECOND = 5000;

/** What live views cost: bytes of an open overview, and what forty viewers of ten pages do to readers, in turns with nobody looking. */
export async function measureLiveViews(rounds: number, roundMillis: number): Promise<readonly Figure[]> {
  const server = await new DemoServer().start();
  try {
    await server.visit(VISITS);
    const signedIn = await fetch(server.signIn, { redirect: 'manual' });
    const cookie = signedIn.headers.getSetCookie().map((header) => header.split(';', 1)[0]);
    const viewers = new Viewers(server.address, cookie.join('; '));
    const readers = new Readers(server.address);
    await readers.read(roundMillis);
    const bytes: number[] = [];
    const alone: number[] = [];
    const watched: number[] = [];
    for (let round = 0; round < rounds; round++) {
      alone.push(percentile95(await readers.read(roundMillis)));
      await viewers.open([''], 1);
      await delay(SETTLE_MILLIS);
      const before = viewers.bytes;
      await readers.read(roundMillis);
      bytes.push(((viewers.bytes - before) / roundMillis) * 1000);
      viewers.close();
      await viewers.open(PAGES, VIEWERS_EACH);
      await delay(SETTLE_MILLIS);
      watched.push(percentile95(await readers.read(roundMillis)));
      viewers.close();
    }
    readers.close();
    const base = median(alone);
    return [
      {
        what: 'an open overview, over the line',
        value: median(bytes),
        unit: 'bytes/s',
        target: MAX_BYTES_PER_SECOND,
      },
      {
        what: `95th percentile of ${PER_SECOND} readers a second, nobody looking`,
        value: base,
        unit: 'ms',
        target: Infinity,
      },
      {
        what: 'the same with forty viewers of ten pages',
        value: median(watched),
        unit: 'ms',
        target: base * (1 + MAX_RISE),
      },
    ];
  } finally {
    await server.close();
  }
}

function percentile95(millis: readonly number[]): number {
  return millis.toSorted((a, b) => a - b)[Math.floor(millis.length * 0.95)]!;
}

/** Open live streams, as browsers open them; what comes is counted as it leaves the line and not looked at. */
class Viewers {
  readonly #address: string;
  readonly #cookie: string;
  #open: IncomingMessage[] = [];
  bytes = 0;

  constructor(address: string, cookie: string) {
    this.#address = address;
    this.#cookie = cookie;
  }

  async open(pages: readonly string[], each: number): Promise<void> {
    const all = pages.flatMap((page) => Array.from({ length: each }, () => page));
    this.#open = await Promise.all(all.map((page) => this.#connect(page)));
  }

  async #connect(page: string): Promise<IncomingMessage> {
    const asked = get(`${this.#address}/admin/metrics-dashboard/live?page=${encodeURIComponent(page)}`, {
      agent: false,
      headers: {
        cookie: this.#cookie,
        accept: 'text/event-stream',
        'accept-encoding': 'gzip, deflate, br, zstd',
      },
    });
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    if (answer.statusCode !== 200) throw new Error(`the live view of ${page} answered ${answer.statusCode}`);
    answer.on('data', (chunk: Buffer) => (this.bytes += chunk.length));
    answer.on('error', () => {});
    return answer;
  }

  close(): void {
    for (const answer of this.#open) answer.destroy();
    this.#open = [];
  }
}

/** Readers who come when they come, whether or not the ones before have been answered; their wait counts from then. */
class Readers {
  readonly #address: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  #paths: string[] = [];

  constructor(address: string) {
    this.#address = address;
  }

  async read(millis: number): Promise<number[]> {
    if (this.#paths.length === 0) this.#paths = ['/', '/feed.atom', '/tags', ...(await this.#posts())];
    const took: number[] = [];
    const underWay: Promise<void>[] = [];
    const started = performance.now();
    for (let at = 0; at < (PER_SECOND * millis) / 1000; at++) {
      const due = started + (at * 1000) / PER_SECOND;
      const wait = due - performance.now();
      if (wait > 0) await delay(wait);
      const path = this.#paths[at % this.#paths.length]!;
      // From when it was asked: a client that is late itself does not count.
      const asked = performance.now();
      underWay.push(this.#get(path).then(() => void took.push(performance.now() - asked)));
    }
    await Promise.all(underWay);
    return took;
  }

  async #posts(): Promise<string[]> {
    const sitemap = await (await fetch(`${this.#address}/sitemap.xml`)).text();
    return [...sitemap.matchAll(/<loc>https?:\/\/[^/]+([^<]+)<\/loc>/g)]
      .map((match) => match[1]!)
      .slice(0, 20);
  }

  #get(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      get(this.#address + path, { agent: this.#agent }, (response) => {
        response.resume();
        response.on('end', resolve);
        response.on('error', reject);
      }).on('error', reject);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
