import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { ReaderCounts } from '../../../../src/posts/readers/reader-counts.ts';
import { openReaderFile } from '../../../../src/posts/readers/reader-file.ts';
import { readReaders, type ReaderReport } from '../../../../src/posts/readers/reader-report.ts';
import { afterTests } from '../../../fixtures/after-tests.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const HOUR_MILLIS = 3_600_000;
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const SAFARI =
  'Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15';
const GOOGLEBOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';

/** Counts with a clock and a zone that the test moves, on a real file. */
class CountedBlog {
  readonly folder = temporaryFolder();
  readonly faults: unknown[] = [];
  nowMillis = Date.UTC(2026, 2, 20, 12);
  zone = 'Europe/Berlin';
  counts: ReaderCounts;
  readonly #maxMarks: number | undefined;

  constructor(maxMarks?: number) {
    this.#maxMarks = maxMarks;
    this.counts = this.#open();
    afterTests(() => this.counts.close());
  }

  get file(): string {
    return join(this.folder, 'readers.sqlite');
  }

  #open(): ReaderCounts {
    return new ReaderCounts({
      untraced: (work) => work(),
      file: openReaderFile(this.file),
      now: () => this.nowMillis,
      timeZone: () => this.zone,
      onFault: (error) => this.faults.push(error),
      ...(this.#maxMarks !== undefined && { maxMarks: this.#maxMarks }),
    });
  }

  restart(): void {
    this.counts.close();
    this.counts = this.#open();
  }

  view(address: string, post?: string, userAgent = FIREFOX, referrer?: string): void {
    this.counts.page({ address, userAgent, post, referrer });
  }

  report(first: string, last: string, post?: string): ReaderReport {
    this.counts.flush();
    return readReaders(this.counts.file, { first, last, ...(post !== undefined && { post }) });
  }

  /** All bytes on disk. */
  bytes(): Buffer {
    return Buffer.concat(readdirSync(this.folder).map((name) => readFileSync(join(this.folder, name))));
  }
}

/** A whole number from 2^43 to 2^48 as SQLite stores a key: seven groups of seven bits. */
function sqliteVarint(value: number): Buffer {
  return Buffer.from(
    Array.from({ length: 7 }, (_, index) => {
      const group = Math.floor(value / 128 ** (6 - index)) % 128;
      return index < 6 ? group + 128 : group;
    }),
  );
}

let blog: CountedBlog;
beforeEach(() => void (blog = new CountedBlog()));

describe('the counts of readers', () => {
  it('agree with a ledger of a fortnight across a change of the clocks, with restarts', () => {
    const views = new Map<string, number>();
    const people = new Map<string, Set<string>>();
    const ofPost = new Map<string, Set<string>>();
    const referrers = new Map<string, number>();
    let bots = 0;
    // Berlin's clocks go from UTC+1 to UTC+2 on the 29th; every 7 minutes over days of 23 and 24 hours.
    blog.nowMillis = Date.UTC(2026, 2, 20, 23);
    for (let step = 0; blog.nowMillis < Date.UTC(2026, 3, 3, 22); step++, blog.nowMillis += 7 * 60_000) {
      // The ledger's own arithmetic: Berlin's midnight.
      const offset = blog.nowMillis < Date.UTC(2026, 2, 29, 1) ? 1 : 2;
      const day = new Date(blog.nowMillis + offset * HOUR_MILLIS).toISOString().slice(0, 10);
      const address = `192.0.2.${(step * 7) % 40}`;
      const userAgent = step % 3 === 0 ? SAFARI : FIREFOX;
      const post = step % 5 === 0 ? undefined : `post-${step % 11}`;
      if (step % 13 === 0) {
        blog.view(address, post, GOOGLEBOT);
        bots++;
      } else {
        const referrer = step % 4 === 0 ? `site-${step % 6}.example` : undefined;
        blog.view(address, post, userAgent, referrer);
        const client = `${address} ${userAgent}`;
        views.set(day, (views.get(day) ?? 0) + 1);
        people.set(day, (people.get(day) ?? new Set()).add(client));
        if (post === 'post-3') ofPost.set(day, (ofPost.get(day) ?? new Set()).add(client));
        if (referrer !== undefined) referrers.set(referrer, (referrers.get(referrer) ?? 0) + 1);
      }
      if (step % 500 === 250) blog.restart();
    }
    const report = blog.report('2026-03-21', '2026-04-03');
    expect(report.days.map(({ day }) => day)).toEqual([...views.keys()]);
    expect(report.days.map((day) => [day.day, day.views, day.people])).toEqual(
      [...views].map(([day, count]) => [day, count, people.get(day)!.size]),
    );
    expect(report.bots).toBe(bots);
    expect(Object.fromEntries(report.referrers.map(({ host, views }) => [host, views]))).toEqual(
      Object.fromEntries(referrers),
    );
    const post = blog.report('2026-03-21', '2026-04-03', 'post-3');
    expect(post.days.filter(({ people }) => people > 0).map((day) => [day.day, day.people])).toEqual(
      [...ofPost].map(([day, clients]) => [day, clients.size]),
    );
    expect(blog.faults).toEqual([]);
  });

  it('keep no byte of salt and marks once the day is over, nor an address at any time', () => {
    for (let i = 0; i < 300; i++) blog.view(`198.51.100.${i}`, 'glass', `${FIREFOX} Canary/77`);
    blog.counts.flush();
    const { salt, marks } = blog.counts.file.marksOf('2026-03-20')!;
    expect(marks).toHaveLength(600);
    const wanted = marks.filter((mark) => mark >= 2 ** 43).map(sqliteVarint);
    expect(wanted.filter((mark) => blog.bytes().includes(mark))).toHaveLength(wanted.length);
    expect(blog.bytes().includes(salt)).toBe(true);
    expect(/198\.51\.100|Canary/.test(blog.bytes().toString('latin1'))).toBe(false);
    // Nobody comes: the next batch is enough.
    blog.nowMillis += 12 * HOUR_MILLIS;
    blog.counts.flush();
    const bytes = blog.bytes();
    expect(wanted.filter((mark) => bytes.includes(mark))).toEqual([]);
    expect(bytes.includes(salt)).toBe(false);
    expect(blog.report('2026-03-20', '2026-03-20')).toMatchObject({ people: 300, views: 300 });
  });

  it('forget the marks of a day that ended while the blog was down', () => {
    blog.view('192.0.2.1');
    blog.counts.flush();
    const { salt } = blog.counts.file.marksOf('2026-03-20')!;
    blog.counts.close();
    blog.nowMillis += 48 * HOUR_MILLIS;
    const before = blog.bytes().includes(salt);
    blog.restart();
    expect([before, blog.bytes().includes(salt)]).toEqual([true, false]);
  });

  it('say at least once there are more people than can be told apart', () => {
    blog = new CountedBlog(10);
    for (let i = 0; i < 30; i++) blog.view(`192.0.2.${i}`);
    blog.restart();
    blog.view('192.0.2.99');
    expect(blog.report('2026-03-20', '2026-03-20')).toMatchObject({ views: 31, people: 10, isCapped: true });
  });

  it('count further hosts together, also after a restart', () => {
    for (let i = 0; i < 250; i++) blog.view('192.0.2.1', undefined, FIREFOX, `spam-${i}.example`);
    blog.counts.flush();
    blog.restart();
    for (let i = 0; i < 50; i++) blog.view('192.0.2.1', undefined, FIREFOX, `more-${i}.example`);
    const { referrers, referrerCount } = blog.report('2026-03-20', '2026-03-20');
    expect(referrers[0]).toEqual({ host: 'other hosts', views: 100 });
    expect(referrerCount).toBe(201);
  });

  it('go on when the clock is set back over midnight', () => {
    blog.view('192.0.2.1');
    blog.nowMillis += 12 * HOUR_MILLIS;
    blog.view('192.0.2.1');
    blog.nowMillis -= 12 * HOUR_MILLIS;
    blog.view('192.0.2.1');
    // The first salt is gone: who returns to a day counts again.
    expect(blog.report('2026-03-20', '2026-03-21').days).toMatchObject([
      { views: 2, people: 2 },
      { views: 1, people: 1 },
    ]);
  });

  it('lose no day to a clock that is decades ahead for a moment', () => {
    blog.view('192.0.2.1');
    blog.nowMillis = Date.UTC(2090, 0);
    blog.view('192.0.2.1');
    blog.counts.flush();
    blog.nowMillis = Date.UTC(2026, 2, 21, 12);
    expect(blog.report('2026-03-20', '2026-03-21').views).toBe(1);
  });

  it('wait for a disk that cannot be written, for a week of days', () => {
    blog.counts.file.database.pragma('query_only = ON');
    for (let day = 0; day < 10; day++, blog.nowMillis += 24 * HOUR_MILLIS) {
      blog.view('192.0.2.1', 'glass');
      blog.counts.flush();
    }
    expect(blog.faults).toHaveLength(10);
    blog.counts.file.database.pragma('query_only = OFF');
    const { days } = blog.report('2026-03-20', '2026-03-29');
    expect(days.map(({ views }) => views)).toEqual([0, 0, 0, 1, 1, 1, 1, 1, 1, 1]);
  });

  it('keep the most that a feed reader states, and each client of one that states nothing', () => {
    const fetch = (userAgent: string, address = '192.0.2.1', feed = '/feed.atom'): void =>
      blog.counts.feed({ address, userAgent }, feed);
    for (const count of [12, 16, 15]) fetch(`Feedly/1.0 (${count} subscribers)`);
    fetch('Feedly/1.0 (3 subscribers)', '192.0.2.1', '/feed.rss');
    for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.2']) fetch('FreshRSS/1.24', address);
    fetch(GOOGLEBOT);
    blog.restart();
    fetch('FreshRSS/1.24', '192.0.2.2');
    fetch('Feedly/1.0 (14 subscribers)');
    const { feeds, subscribers, views, bots } = blog.report('2026-03-20', '2026-03-20');
    expect(feeds).toEqual([
      { feed: '/feed.atom', reader: 'Feedly', subscribers: 16 },
      { feed: '/feed.rss', reader: 'Feedly', subscribers: 3 },
      { feed: '/feed.atom', reader: 'FreshRSS', subscribers: 2 },
    ]);
    // Feedly's sixteen and FreshRSS's two.
    expect({ subscribers, views, bots }).toEqual({ subscribers: 18, views: 0, bots: 0 });
  });

  it('take a program that asks for several feeds for one subscriber, also across restarts', () => {
    const feeds = ['/feed.rss', '/feed.atom', '/feed.json', '/tags/glass/feed.rss'];
    const programs = [
      ['curl/8.0', '192.0.2.1'],
      ['curl/8.0', '192.0.2.2'],
      ['curl/7.9', '192.0.2.1'],
      ['FreshRSS/1.24', '192.0.2.1'],
      ['Feedbin feed-id:7 - 4 subscribers', '192.0.2.3'],
      ['Feedbin feed-id:8 - 9 subscribers', '192.0.2.3'],
    ] as const;
    const clients = new Map<string, Set<string>>();
    for (let step = 0; step < 96; step++) {
      const [userAgent, address] = programs[step % programs.length]!;
      const feed = feeds[Math.floor(step / programs.length) % feeds.length]!;
      blog.counts.feed({ address, userAgent }, feed);
      if (!userAgent.startsWith('Feedbin'))
        clients.set(userAgent, (clients.get(userAgent) ?? new Set()).add(address));
      if (step % 20 === 19) blog.restart();
    }
    const { feeds: listed, subscribers } = blog.report('2026-03-20', '2026-03-20');
    const alone = [...clients.values()].reduce((sum, addresses) => sum + addresses.size, 0);
    expect(alone).toBe(4);
    expect(subscribers).toBe(alone + 9);
    // At each feed stand those who ask for it.
    expect(listed.filter(({ reader }) => reader === 'curl').map((row) => row.subscribers)).toEqual([
      3, 3, 3, 3,
    ]);
  });
});
