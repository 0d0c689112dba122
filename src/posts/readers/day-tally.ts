/** What a post has of a day. */
export interface PostTally {
  views: number;
  people: number;
}

/** What a program has of a day and a feed. */
export interface FeedTally {
  readonly feed: string;
  readonly reader: string;
  /** The most that it stated. */
  subscribers: number;
  /** Clients of it that state nothing: one subscriber each. */
  clients: number;
}

/** What a program has of a day, whichever feeds it asks for. */
export type FeedReaderTally = Omit<FeedTally, 'feed'>;

/** Counts of a day that are not on disk yet. */
export interface DayTally {
  /** `2026-03-14`, in the blog's time zone. */
  readonly day: string;
  views: number;
  people: number;
  /** Views by programs. */
  bots: number;
  /** True once people were too many to tell apart. */
  isCapped: boolean;
  /** By path. */
  readonly posts: Map<string, PostTally>;
  /** Views by host. */
  readonly referrers: Map<string, number>;
  /** By feed and reader. */
  readonly feeds: Map<string, FeedTally>;
  /** By reader: who asks for several feeds is one subscriber. */
  readonly feedReaders: Map<string, FeedReaderTally>;
  /** Marks of clients that were new. */
  marks: number[];
}

export function emptyTally(day: string): DayTally {
  return {
    day,
    views: 0,
    people: 0,
    bots: 0,
    isCapped: false,
    posts: new Map(),
    referrers: new Map(),
    feeds: new Map(),
    feedReaders: new Map(),
    marks: [],
  };
}
