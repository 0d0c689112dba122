/** A frequent value, such as an address. */
export interface TopRow {
  /** At most 200 characters; longer values that begin alike are counted together, with an ellipsis. */
  readonly value: string;
  readonly count: number;
  /** False if earlier ones may be in `others`: then `count` is a lower bound, and `firstMillis` an upper one. */
  readonly isExact: boolean;
  /** At most as many more are in `others`; 0 if it is exact. */
  readonly missed: number;
  readonly firstMillis: number;
  readonly lastMillis: number;
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
  /** User agents of browsers, and of bots that call themselves one. */
  readonly browsers: TopRows;
  /** User agents of bots and other programs; `none` are requests without a user agent. */
  readonly bots: TopRows;
}

/** An address that was answered with 404 or 410. */
export interface NotFoundRow extends TopRow {
  /** Of the last response. */
  readonly statusCode: number;
  /** Requests of bots, other programs and clients without a user agent. */
  readonly bots: number;
  readonly referrers: TopRows;
}

/** What was asked with the request that a trace begins with; empty for other traces. */
export interface ShownAddress {
  /** `url.path`: a series covers many paths. */
  readonly path?: string | undefined;
  /** `url.query`, credentials redacted. */
  readonly query?: string | undefined;
  readonly httpStatusCode?: number | undefined;
}
