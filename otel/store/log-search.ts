import type { Database } from 'better-sqlite3';
import type { Clock } from '../base/clock.ts';
import { LOG_LEVELS, type BoundedCount, type LogFilter, type LogLevel, type LogList } from '../query.ts';
import { logMatchOf, withLevels, type LogMatch } from './log-match.ts';
import { MICROS_PER_MILLI } from './log-schema.ts';
import type { FoundIds, IdRange, LogWords } from './log-words.ts';
import { patternPage } from './pattern-page.ts';
import { StoredLines, sumOf, type PatternRow } from './stored-lines.ts';

/** Lines that match words are counted and grouped up to this: 10 ms. */
const MAX_READ = 2000;
/** After that, a search looks into no further part of the index. */
const MAX_NANOS = 60_000_000;
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

/** What is said about all lines that match. */
interface Counts extends Omit<LogList, 'rows' | 'next' | 'searchedFromMillis'> {
  /** The newest that were read; undefined if none were. */
  readonly found: FoundIds | undefined;
}

/** Searches log lines, newest first. Every query is bounded in what it reads, or reads sums by the hour. */
export class LogSearch {
  readonly #database: Database;
  readonly #words: LogWords;
  readonly #lines: StoredLines;
  readonly #clock: Clock;
  #untilNanos = 0;

  constructor(database: Database, words: LogWords, clock: Clock) {
    this.#database = database;
    this.#words = words;
    this.#lines = new StoredLines(database);
    this.#clock = clock;
  }

  list(filter: LogFilter): LogList {
    this.#untilNanos = this.#clock.monotonicNanos() + MAX_NANOS;
    const match = logMatchOf(filter.terms ?? []);
    const range = this.#idsOf(filter);
    const limit = Math.max(0, Math.min(filter.limit ?? DEFAULT_LIMIT, MAX_LIMIT));
    const to = Math.min(range.to, filter.before ?? Infinity);
    const { words } = match;
    const { found, ...counts } =
      words === undefined ? this.#exact(match, range, filter) : this.#counted(match, words, range, filter);
    const page =
      found === undefined || (to < range.to && !isAll(found))
        ? this.#ids(match, { ...range, to }, limit + 1)
        : { ids: found.ids.filter((id) => id < to), cutAt: found.cutAt };
    const rows = this.#lines.lines(page.ids.slice(0, limit));
    const { cutAt } = page;
    return {
      rows,
      next: page.ids.length > limit ? rows.at(-1)?.id : cutAt,
      searchedFromMillis: cutAt === undefined ? undefined : Math.ceil(cutAt / MICROS_PER_MILLI),
      ...counts,
    };
  }

  /** Time of the oldest line. */
  get oldestMillis(): number | undefined {
    const { oldestId } = this;
    return oldestId === undefined ? undefined : oldestId / MICROS_PER_MILLI;
  }

  get oldestId(): number | undefined {
    return this.#database.prepare<[], number | null>('SELECT min(id) FROM line').pluck().get() ?? undefined;
  }

  /** The newest that match. */
  #ids({ words, levels }: LogMatch, range: IdRange, limit: number): FoundIds {
    if (levels.length === 0) return { ids: [], cutAt: undefined };
    if (words !== undefined || levels.length < LOG_LEVELS.length)
      return this.#words.find(
        withLevels(words, levels),
        range,
        limit,
        () => this.#clock.monotonicNanos() > this.#untilNanos,
      );
    const ids = this.#database
      .prepare<unknown[], number>(
        'SELECT id FROM line WHERE id >= @from AND id < @to ORDER BY id DESC LIMIT @limit',
      )
      .pluck()
      .all({ ...range, limit });
    return { ids, cutAt: undefined };
  }

  /** The index still has lines that were removed. */
  #idsOf({ range }: LogFilter): IdRange {
    const id = (millis: number): number =>
      Math.max(0, Math.min(Math.ceil(millis * MICROS_PER_MILLI), Number.MAX_SAFE_INTEGER));
    const { oldestId = 0 } = this;
    return { from: Math.max(oldestId, id(range?.fromMillis ?? 0)), to: id(range?.toMillis ?? Infinity) };
  }

  /** Without words, from sums by pattern and hour. */
  #exact({ levels }: LogMatch, range: IdRange, filter: LogFilter): Counts {
    const patterns = this.#lines.patternsIn(range);
    const ofLevel = (level: LogLevel): BoundedCount => ({
      count: sumOf(patterns.filter((each) => each.level === LOG_LEVELS.indexOf(level))),
      isExact: true,
    });
    const chosen = patterns.filter(({ level }) => levels.includes(LOG_LEVELS[level]!));
    const { page, ahead } = patternPage(chosen, filter);
    return {
      found: undefined,
      total: { count: sumOf(chosen), isExact: true },
      levels: levelRecord(ofLevel),
      patterns: page.flatMap((pattern) =>
        this.#lines.shown({ ...pattern, ...this.#lines.ends(pattern.id, range) }),
      ),
      patternsAhead: ahead,
      patternCount: chosen.length,
      grouped: undefined,
    };
  }

  /** The newest lines that match are read; of levels that were not asked for, as far as time allows. */
  #counted({ levels }: LogMatch, words: string, range: IdRange, filter: LogFilter): Counts {
    const found = this.#ids({ words, levels }, range, MAX_READ + 1);
    const patterns = this.#lines.patternsOf(found.ids.slice(0, MAX_READ));
    const { page, ahead } = patternPage(patterns, filter);
    const isExact = isAll(found);
    const others =
      levels.length === LOG_LEVELS.length
        ? found
        : this.#ids({ words, levels: LOG_LEVELS }, range, MAX_READ + 1);
    const ofAll = others === found ? patterns : this.#lines.patternsOf(others.ids.slice(0, MAX_READ));
    const ofLevel = (level: LogLevel): BoundedCount => {
      const isOf = (each: PatternRow): boolean => each.level === LOG_LEVELS.indexOf(level);
      const known = levels.includes(level) && isExact;
      return {
        count: sumOf((known ? patterns : ofAll).filter(isOf)),
        isExact: known || isAll(others),
      };
    };
    return {
      found,
      total: { count: sumOf(patterns), isExact },
      levels: levelRecord(ofLevel),
      patterns: page.flatMap((pattern) => this.#lines.shown(pattern)),
      patternsAhead: ahead,
      patternCount: patterns.length,
      grouped: isExact ? undefined : sumOf(patterns),
    };
  }
}

/** Returns true if no line that matches was left out. */
function isAll({ ids, cutAt }: FoundIds): boolean {
  return ids.length <= MAX_READ && cutAt === undefined;
}

function levelRecord(of: (level: LogLevel) => BoundedCount): LogList['levels'] {
  return {
    trace: of('trace'),
    debug: of('debug'),
    info: of('info'),
    warn: of('warn'),
    error: of('error'),
    fatal: of('fatal'),
  };
}
