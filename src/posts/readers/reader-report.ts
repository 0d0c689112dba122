import type { Statement } from 'better-sqlite3';
import type { ReaderFile } from './reader-file.ts';

/** What is counted of a day. */
export interface ReaderDay {
  /** `2026-03-14`, in the blog's time zone. */
  readonly day: string;
  /** Page views of people. */
  readonly views: number;
  /** Each once a day. */
  readonly people: number;
  /** Page views of programs; 0 of a post, as they are counted for all pages alone. */
  readonly bots: number;
  /** True if more people came than could be told apart. */
  readonly isCapped: boolean;
}

interface ReadPost {
  readonly path: string;
  readonly views: number;
  readonly people: number;
}

interface Referrer {
  readonly host: string;
  readonly views: number;
}

interface FeedReader {
  /** Its address. */
  readonly feed: string;
  /** The program. */
  readonly reader: string;
  /** Of the day with the most: what the program states, or its clients if it states nothing. */
  readonly subscribers: number;
}

/** Of a range of days; people are summed over days. Lists have the most first. */
export interface ReaderReport {
  /** Every day of the range, the first first. */
  readonly days: readonly ReaderDay[];
  readonly views: number;
  readonly people: number;
  readonly bots: number;
  readonly isCapped: boolean;
  readonly posts: readonly ReadPost[];
  readonly postCount: number;
  readonly referrers: readonly Referrer[];
  readonly referrerCount: number;
  readonly feeds: readonly FeedReader[];
  readonly feedCount: number;
  /** Of all feeds; one that asks for several of them counts once. */
  readonly subscribers: number;
}

type DayRow = Omit<ReaderDay, 'isCapped'> & { readonly capped: number };

/** Rows that a list shows. */
const MAX_LISTED = 50;

const DAYS = 'SELECT day, views, people, bots, capped FROM days WHERE day BETWEEN ? AND ?';
const POST_DAYS = `SELECT day, views, people, 0 AS bots, coalesce((SELECT capped FROM days WHERE days.day = posts.day), 0) AS capped
  FROM posts WHERE path = ? AND day BETWEEN ? AND ?`;
const POSTS = `SELECT path, sum(views) AS views, sum(people) AS people FROM posts WHERE day BETWEEN ? AND ?
  GROUP BY path ORDER BY people DESC, views DESC, path`;
const REFERRERS = `SELECT host, sum(views) AS views FROM referrers WHERE day BETWEEN ? AND ?
  GROUP BY host ORDER BY views DESC, host`;
const FEEDS = `SELECT feed, reader, max(subscribers + clients) AS subscribers FROM feeds WHERE day BETWEEN ? AND ?
  GROUP BY feed, reader ORDER BY subscribers DESC, feed, reader`;

/** Of each reader on the day with the most; on days of earlier versions, those of its feeds were counted apart. */
const SUBSCRIBERS = `
  WITH old AS (
    SELECT feed, reader, max(subscribers + clients) AS subscribers FROM feeds WHERE day BETWEEN @first AND @last
      AND NOT EXISTS (SELECT 1 FROM feed_readers WHERE feed_readers.day = feeds.day AND feed_readers.reader = feeds.reader)
    GROUP BY feed, reader
  ), readers AS (
    SELECT reader, sum(subscribers) AS subscribers FROM old GROUP BY reader
    UNION ALL
    SELECT reader, max(subscribers + clients) FROM feed_readers WHERE day BETWEEN @first AND @last GROUP BY reader
  )
  SELECT coalesce(sum(subscribers), 0) FROM (SELECT max(subscribers) AS subscribers FROM readers GROUP BY reader)`;

/** Days from the first to the last, both as `2026-03-14`; of one post, its days alone. */
export interface ReaderRange {
  readonly first: string;
  readonly last: string;
  readonly post?: string;
}

export function readReaders({ database }: ReaderFile, { first, last, post }: ReaderRange): ReaderReport {
  const list = <T>(statement: Statement<[string, string], T>): readonly T[] =>
    post === undefined ? statement.all(first, last) : [];
  const found =
    post === undefined
      ? database.prepare<[string, string], DayRow>(DAYS).all(first, last)
      : database.prepare<[string, string, string], DayRow>(POST_DAYS).all(post, first, last);
  const days = fill(first, last, found);
  const posts = list(database.prepare<[string, string], ReadPost>(POSTS));
  const referrers = list(database.prepare<[string, string], Referrer>(REFERRERS));
  const feeds = list(database.prepare<[string, string], FeedReader>(FEEDS));
  return {
    days,
    views: sum(days, (day) => day.views),
    people: sum(days, (day) => day.people),
    bots: sum(days, (day) => day.bots),
    isCapped: days.some((day) => day.isCapped),
    posts: posts.slice(0, MAX_LISTED),
    postCount: posts.length,
    referrers: referrers.slice(0, MAX_LISTED),
    referrerCount: referrers.length,
    feeds: feeds.slice(0, MAX_LISTED),
    feedCount: feeds.length,
    subscribers:
      post === undefined
        ? (database.prepare<[ReaderRange], number>(SUBSCRIBERS).pluck().get({ first, last }) ?? 0)
        : 0,
  };
}

/** The day that is some days before another; both as `2026-03-14`. */
export function daysBefore(day: string, days: number): string {
  const date = new Date(`${day}T00:00Z`);
  date.setUTCDate(date.getUTCDate() - days);
  return date.toISOString().slice(0, 10);
}

function fill(first: string, last: string, found: readonly DayRow[]): readonly ReaderDay[] {
  const byDay = new Map(found.map(({ capped, ...day }) => [day.day, { ...day, isCapped: capped === 1 }]));
  const days: ReaderDay[] = [];
  for (let day = first; day <= last; day = daysBefore(day, -1))
    days.push(byDay.get(day) ?? { day, views: 0, people: 0, bots: 0, isCapped: false });
  return days;
}

function sum<T>(rows: readonly T[], value: (row: T) => number): number {
  return rows.reduce((total, row) => total + value(row), 0);
}
