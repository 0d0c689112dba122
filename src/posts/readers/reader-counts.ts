import { agentName } from '../../process/user-agent.ts';
import { dayIn } from '../../markup/zoned-time.ts';
import { ClientMarks } from './client-marks.ts';
import { emptyTally, type DayTally, type FeedReaderTally, type FeedTally } from './day-tally.ts';
import { feedAgent } from './feed-agent.ts';
import type { ReaderFile } from './reader-file.ts';

/** A kill loses what was counted since. */
const INTERVAL_MILLIS = 5000;
const MINUTE_MILLIS = 60_000;
/** Of a day, as clients choose what they send. Views from further hosts are counted together. */
const MAX_HOSTS = 200;
const MAX_FEEDS = 1000;
/** Days that wait for a disk that cannot be written. */
const MAX_WAITING_DAYS = 7;
/** No name of a host has a space. */
export const OTHER_HOSTS = 'other hosts';

/** A view of a page, or a fetch of a feed. */
export interface Visit {
  readonly address: string;
  readonly userAgent: string;
}

export interface PageVisit extends Visit {
  /** Undefined: a page that is no post. */
  readonly post: string | undefined;
  /** Undefined: one's own page, or none. */
  readonly referrer: string | undefined;
}

interface ReaderCountsOptions {
  readonly file: ReaderFile;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** IANA name of the blog's zone; read with each batch. */
  readonly timeZone: () => string;
  /** Called with what a batch threw; the next one tries again. */
  readonly onFault: (error: unknown) => void;
  /** Runs background work outside of every trace. */
  readonly untraced: (work: () => void) => void;
  /** For tests. */
  readonly maxMarks?: number;
}

/** Counts readers of each day, in memory first, and every five seconds on disk. Stores no address. */
export class ReaderCounts {
  readonly #options: ReaderCountsOptions;
  readonly #timer: NodeJS.Timeout;
  #timeZone: string;
  #marks: ClientMarks;
  #tally: DayTally;
  #hosts: Set<string>;
  #feeds: Set<string>;
  /** The day of a minute, counted from the epoch. */
  #dayOf = { minute: NaN, timeZone: '', day: '' };
  /** Of days that are over. */
  #waiting: DayTally[] = [];

  constructor(options: ReaderCountsOptions) {
    const { file, maxMarks } = options;
    this.#options = options;
    this.#timeZone = options.timeZone();
    const day = this.#today();
    const known = file.knownOf(day);
    this.#marks = new ClientMarks(file.marksOf(day), maxMarks);
    this.#tally = emptyTally(day);
    this.#hosts = new Set(known.hosts);
    this.#feeds = new Set(known.feeds);
    this.#timer = setInterval(() => this.flush(), INTERVAL_MILLIS).unref();
    this.flush();
  }

  get file(): ReaderFile {
    return this.#options.file;
  }

  /** `2026-03-14`: the day that is counted. */
  get day(): string {
    this.#turnDay();
    return this.#tally.day;
  }

  page({ address, userAgent, post, referrer }: PageVisit): void {
    this.#turnDay();
    const tally = this.#tally;
    if (!agentName(userAgent).isBrowser) {
      tally.bots++;
      return;
    }
    const client = `${address}\n${userAgent}`;
    tally.views++;
    if (referrer !== undefined) {
      const host = hasRoom(this.#hosts, referrer, MAX_HOSTS) ? referrer : OTHER_HOSTS;
      tally.referrers.set(host, (tally.referrers.get(host) ?? 0) + 1);
    }
    const mark = post === undefined ? undefined : this.#marks.markOf(client, `post ${post}`);
    // Who has read the post is not new to the blog, and a mark takes microseconds.
    if (mark === undefined || !this.#marks.has(mark))
      tally.people += this.#add(this.#marks.markOf(client, ''));
    if (post === undefined || mark === undefined) return;
    const counted = tally.posts.get(post) ?? { views: 0, people: 0 };
    counted.views++;
    counted.people += this.#add(mark);
    tally.posts.set(post, counted);
  }

  feed({ address, userAgent }: Visit, feed: string): void {
    this.#turnDay();
    const agent = feedAgent(userAgent);
    if (agent === undefined) return;
    const key = `${feed} ${agent.reader}`;
    if (!hasRoom(this.#feeds, key, MAX_FEEDS)) return;
    const { feeds, feedReaders } = this.#tally;
    const { reader, subscribers } = agent;
    const ofFeed: FeedTally = feeds.get(key) ?? { feed, reader, subscribers: 0, clients: 0 };
    // There are no more of these than of the others.
    const ofReader: FeedReaderTally = feedReaders.get(reader) ?? { reader, subscribers: 0, clients: 0 };
    const client = `${address}\n${userAgent}`;
    if (subscribers === undefined) {
      ofFeed.clients += this.#add(this.#marks.markOf(client, `feed ${feed}`));
      ofReader.clients += this.#add(this.#marks.markOf(client, 'feeds'));
    } else
      for (const counted of [ofFeed, ofReader])
        counted.subscribers = Math.max(counted.subscribers, subscribers);
    feeds.set(key, ofFeed);
    feedReaders.set(reader, ofReader);
  }

  /** Writes what was counted; never throws. */
  flush(): void {
    const { file, timeZone, onFault } = this.#options;
    this.#options.untraced(() => {
      try {
        this.#timeZone = timeZone();
        this.#turnDay();
        const tally = this.#tally;
        file.write(hasCounts(tally) ? [...this.#waiting, tally] : this.#waiting, {
          day: tally.day,
          salt: this.#marks.salt,
        });
        this.#waiting = [];
        this.#tally = emptyTally(tally.day);
      } catch (error) {
        onFault(error);
      }
    });
  }

  /** Writes what was counted, and closes the file. */
  close(): void {
    clearInterval(this.#timer);
    this.flush();
    this.#options.file.close();
  }

  /** Returns how many clients are new. */
  #add(mark: number): 0 | 1 {
    const isNew = this.#marks.add(mark);
    if (this.#marks.isFull) this.#tally.isCapped = true;
    if (!isNew) return 0;
    this.#tally.marks.push(mark);
    return 1;
  }

  #today(): string {
    const minute = Math.floor(this.#options.now() / MINUTE_MILLIS);
    // A day of a zone begins with a minute; a visit costs no calendar.
    if (minute !== this.#dayOf.minute || this.#timeZone !== this.#dayOf.timeZone)
      this.#dayOf = {
        minute,
        timeZone: this.#timeZone,
        day: dayText(minute * MINUTE_MILLIS, this.#timeZone),
      };
    return this.#dayOf.day;
  }

  /** With another day, also one before after the clock was set back, everybody is new, and nothing of the former salt stays in memory. */
  #turnDay(): void {
    const day = this.#today();
    if (day === this.#tally.day) return;
    this.#tally.marks = [];
    if (hasCounts(this.#tally)) this.#waiting = [...this.#waiting, this.#tally].slice(-MAX_WAITING_DAYS);
    this.#marks = new ClientMarks(undefined, this.#options.maxMarks);
    this.#tally = emptyTally(day);
    this.#hosts = new Set();
    this.#feeds = new Set();
  }
}

function hasCounts({ views, bots, feeds }: DayTally): boolean {
  return views > 0 || bots > 0 || feeds.size > 0;
}

function dayText(millis: number, timeZone: string): string {
  const { year, month, day } = dayIn(millis, timeZone);
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** Returns true if the key is known, or becomes known. */
function hasRoom(known: Set<string>, key: string, max: number): boolean {
  if (!known.has(key) && known.size >= max) return false;
  known.add(key);
  return true;
}
