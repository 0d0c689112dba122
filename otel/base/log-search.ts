import type { AttributeMap } from './attribute-value.ts';
import type { TimeRange } from './time-range.ts';

/** Ascending; source: OpenTelemetry specification, "Logs Data Model", SeverityNumber: four numbers per level. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A line of the app's log, written while a span of the trace was active. */
export interface LogLine {
  readonly timeMillis: number;
  readonly spanId: string;
  readonly level: LogLevel;
  readonly message: string;
  /** Secrets are removed and long values cut. */
  readonly attributes: AttributeMap;
}

/** Of several processes at a time, and before and after a restart, where a process id may be the same. */
export interface LineProcess {
  readonly pid: number;
  readonly startedAtMillis: number;
}

/** A line of the app's log, written in a span or not. */
export interface StoredLine extends Omit<LogLine, 'spanId'> {
  /** Unique; grows with time. */
  readonly id: number;
  /** Name of the logger: OpenTelemetry's instrumentation scope. */
  readonly logger: string;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  /** That wrote it; undefined for lines of an older version. */
  readonly process?: LineProcess | undefined;
}

/** One term of a search over log lines; all terms must hold. */
export type LogTerm = LogCondition & { readonly negated?: boolean };

export type LogCondition =
  /**
   * The words occur one after the other in the message or in the value of an attribute, without regard to case and
   * accents; with `begins`, the last of them begins with it. What is neither letter nor digit separates words.
   */
  | { readonly field: 'text'; readonly text: string; readonly begins?: boolean }
  | { readonly field: 'level'; readonly levels: readonly LogLevel[] }
  | { readonly field: 'trace'; readonly traceId: string }
  /** Written by a process with this id. */
  | { readonly field: 'process'; readonly pid: number };

export interface LogFilter {
  readonly range?: TimeRange | undefined;
  /** At most 20 are used. */
  readonly terms?: readonly LogTerm[];
  /** Only lines before the one with this id. */
  readonly before?: number | undefined;
  /** At most 1,000; default 100. */
  readonly limit?: number;
  /** Of patterns: the first ones below this place, or the last ones above it. At most one of both. */
  readonly patternsBelow?: PatternPlace | undefined;
  readonly patternsAbove?: PatternPlace | undefined;
  /** At most 1,010; default 100. */
  readonly patternLimit?: number;
}

/** The place of a pattern in their list, which stays the same whatever is logged meanwhile. */
export interface PatternPlace {
  readonly count: number;
  readonly id: number;
}

/** A count that may have been cut: then it is at least this. */
export interface BoundedCount {
  readonly count: number;
  readonly isExact: boolean;
}

/** Lines of one level and logger whose messages differ only in numbers, ids and quoted values. */
export interface LogPattern {
  /** Unique, as long as lines of it are stored. */
  readonly id: number;
  readonly level: LogLevel;
  readonly logger: string;
  /** With `#` for what differs; `(other)` for lines beyond the 1,000 patterns that are told apart. */
  readonly text: string;
  /** In the range. */
  readonly count: number;
  readonly firstMillis: number;
  readonly lastMillis: number;
  /** Of all lines stored, in the range or not. */
  readonly firstEverMillis: number;
  /** The newest in the range. */
  readonly example: StoredLine;
}

export interface LogList {
  /** Newest first. */
  readonly rows: readonly StoredLine[];
  /** `before` of the next page; undefined if there is none. */
  readonly next: number | undefined;
  /** Set if the search took too long: older lines were not looked at. The next page goes on there. */
  readonly searchedFromMillis: number | undefined;
  readonly total: BoundedCount;
  /** How many lines of each level match, whatever levels the search is for. */
  readonly levels: Readonly<Record<LogLevel, BoundedCount>>;
  /** The most frequent first, as many as asked for, from the place on that was asked for. */
  readonly patterns: readonly LogPattern[];
  /** Patterns before those. */
  readonly patternsAhead: number;
  /** Number of patterns in all. */
  readonly patternCount: number;
  /** Set if only the newest lines that match were grouped. */
  readonly grouped: number | undefined;
}

/** What is stored of the log. Each line since start is stored, waiting or lost; each stored one is in the file or was removed. */
export interface LogStoreFacts {
  /** `failing`: the last write failed, and the next one will try again. */
  readonly state: 'off' | 'storing' | 'failing';
  /** Why it is off or failing. */
  readonly problem: string | undefined;
  readonly fileBytes: number;
  readonly maxBytes: number;
  readonly days: number;
  /** In the file. */
  readonly lines: number;
  readonly oldestMillis: number | undefined;
  /** From then on every line is there that this and earlier processes wrote, except for what a killed one had not written yet. */
  readonly completeSinceMillis: number | undefined;
  /** Of this process, not yet in the file. */
  readonly waiting: number;
  /** Since the file was created, by all processes. */
  readonly stored: number;
  readonly removed: { readonly age: number; readonly bytes: number };
  /** Dropped before they were written, because the file could not be written or lines came faster than it was. */
  readonly lost: number;
}
