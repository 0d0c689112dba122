/** A frequent value, such as an address. */
export interface TopRow {
  /** At most 200 characters; longer values that begin alike are counted together, with an ellipsis. */
  readonly value: string;
  readonly count: number;
  /** False if more may be in `others`: then `count` is a lower bound. */
  readonly isExact: boolean;
  /** At most as many more are in `others`; 0 if it is exact. */
  readonly missed: number;
  readonly firstMillis: number;
  /** False if one of those that `count` misses may be earlier. */
  readonly firstIsExact: boolean;
  readonly lastMillis: number;
  /** False if one of those may be later: the value may have been rare, and not listed, in a later hour. */
  readonly lastIsExact: boolean;
}

/** The most frequent values of requests; the counts of `rows`, `none` and `others` add up to the number of requests. */
export interface TopRows<Row extends TopRow = TopRow> {
  /** Most frequent first, bounded. */
  readonly rows: readonly Row[];
  /** Requests without such a value. */
  readonly none: number;
  /** Requests with values that are not listed. */
  readonly others: number;
}

/** What was asked, from where and by whom, of every request between two times, which are of whole hours, or days after two days; bounded. */
export interface RequestLists<Row extends TopRow = TopRow> {
  /** Start of the counts. */
  readonly fromMillis: number;
  readonly toMillis: number;
  readonly count: number;
  /** Paths without queries. */
  readonly addresses: TopRows<Row>;
  /** Pages that refer to it, without queries; those of the same host without the origin. */
  readonly referrers: TopRows;
  /** User agents of browsers, and of bots that call themselves one, except `scanners`. */
  readonly browsers: TopRows;
  /** User agents of bots and other programs; `none` are requests without a user agent. */
  readonly bots: TopRows;
  /** User agents of browsers, sent by clients that asked several addresses which only scanners ask. */
  readonly scanners: TopRows;
  /**
   * Of requests with an error: addresses of clients, as spans have them; `none` are requests whose client is not known, because its address is not
   * recorded, or an earlier version counted them. Undefined for all requests of a series, whose clients are not counted.
   */
  readonly clients?: TopRows<ErrorRow> | undefined;
}

/** An address that was answered with an error, or a client that got one. Its lists are of its own requests; where they are not known, `none`. */
export interface ErrorRow extends TopRow {
  /** Of the last response; 0 if none was sent. */
  readonly statusCode: number;
  /** Requests of bots, other programs, scanners and clients without a user agent. */
  readonly bots: number;
  /** At most as many more; 0 if `bots` is exact. */
  readonly botsMissed: number;
  readonly referrers: TopRows;
  /** What the user agents call themselves: `Firefox`, `Googlebot`, `none`; of a scanner `scanner (Chrome)`. */
  readonly agents: TopRows;
  /** Of an address: the clients that asked for it. Of a client: the addresses it asked for. */
  readonly peers: TopRows;
}

/** What was asked with the request that a trace begins with; empty for other traces. */
export interface ShownAddress {
  /** `url.path`: a series covers many paths. */
  readonly path?: string | undefined;
  /** `url.query`, credentials redacted. */
  readonly query?: string | undefined;
  readonly httpStatusCode?: number | undefined;
}
