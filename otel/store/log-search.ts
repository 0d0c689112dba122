import type { Database } from 'better-sqlite3';
import {
  LOG_LEVELS,
  type AttributeMap,
  type BoundedCount,
  type LogFilter,
  type LogLevel,
  type LogList,
  type LogPattern,
  type StoredLine,
} from '../query.ts';
import { logMatchOf, withLevels, type LogMatch } from './log-match.ts';
import { HOUR_MICROS, MICROS_PER_MILLI } from './log-schema.ts';

/** Lines that match words are counted and grouped up to this: 10 ms. */
const MAX_READ = 2000;
const MAX_PATTERNS_SHOWN = 100;
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

interface LineRow {
  readonly id: number;
  readonly level: number;
  readonly logger: string;
  readonly pattern_text: string;
  readonly trace: string | null;
  readonly span: string | null;
  readonly message: string | null;
  readonly attributes: string | null;
}

interface PatternRow {
  readonly id: number;
  readonly level: number;
  readonly logger: string;
  readonly text: string;
  readonly first_id: number;
  readonly lines: number;
}

/** The ids of its first and last line. */
interface PatternEnds {
  readonly first: number;
  readonly last: number;
}

/** Of lines that were read. */
interface FoundPattern extends PatternRow, PatternEnds {
  readonly ids: readonly number[];
}

/** What is said about all lines that match. */
interface Counts extends Omit<LogList, 'rows' | 'next'> {
  /** All of them, the newest first; undefined if they were not read. */
  readonly ids: readonly number[] | undefined;
}

/** Ids from the first up to, but not including, the second. */
interface IdRange {
  readonly from: number;
  readonly to: number;
}

const COLUMNS = `l.id, p.level, p.logger, p.text AS pattern_text, l.trace, l.span, l.message, l.attributes
  FROM line l JOIN pattern p ON p.id = l.pattern`;
/** As integers: FTS5 uses no other bound. */
const IN_RANGE = 'BETWEEN CAST(@from AS INTEGER) AND CAST(@to AS INTEGER) - 1';
const MATCHING = `words WHERE words MATCH @words AND rowid ${IN_RANGE}`;

/** Searches log lines, newest first. Every query is bounded in what it reads, or reads sums by the hour. */
export class LogSearch {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  list(filter: LogFilter): LogList {
    const match = logMatchOf(filter.terms ?? []);
    const range = idsOf(filter);
    const limit = Math.max(0, Math.min(filter.limit ?? DEFAULT_LIMIT, MAX_LIMIT));
    const to = Math.min(range.to, filter.before ?? Infinity);
    const { words } = match;
    const { ids, ...counts } =
      words === undefined ? this.#exact(match, range) : this.#counted(match, words, range);
    const page =
      ids?.filter((id) => id < to).slice(0, limit + 1) ?? this.#ids(match, { ...range, to }, limit + 1);
    const rows = this.#lines(page.slice(0, limit));
    return { rows, next: page.length > limit ? rows.at(-1)?.id : undefined, ...counts };
  }

  /** Time of the oldest line. */
  get oldestMillis(): number | undefined {
    const oldest = this.#database.prepare<[], number | null>('SELECT min(id) FROM line').pluck().get();
    return oldest === undefined || oldest === null ? undefined : oldest / MICROS_PER_MILLI;
  }

  /** The newest that match. */
  #ids({ words, levels }: LogMatch, range: IdRange, limit: number): readonly number[] {
    if (levels.length === 0) return [];
    const isAll = words === undefined && levels.length === LOG_LEVELS.length;
    return this.#database
      .prepare<unknown[], number>(
        isAll
          ? `SELECT id FROM line WHERE id ${IN_RANGE} ORDER BY id DESC LIMIT @limit`
          : `SELECT rowid FROM ${MATCHING} ORDER BY rowid DESC LIMIT @limit`,
      )
      .pluck()
      .all({ ...range, limit, words: withLevels(words, levels) });
  }

  /** Newest first. */
  #lines(ids: readonly number[]): readonly StoredLine[] {
    return this.#database
      .prepare<[string], LineRow>(
        `SELECT ${COLUMNS} WHERE l.id IN (SELECT value FROM json_each(?)) ORDER BY l.id DESC`,
      )
      .all(JSON.stringify(ids))
      .map(lineOf);
  }

  /** Without words, from sums by pattern and hour. */
  #exact({ levels }: LogMatch, range: IdRange): Counts {
    const patterns = this.#patternsIn(range);
    const ofLevel = (level: LogLevel): BoundedCount => ({
      count: sumOf(patterns.filter((each) => each.level === LOG_LEVELS.indexOf(level))),
      isExact: true,
    });
    const chosen = patterns.filter(({ level }) => levels.includes(LOG_LEVELS[level]!));
    return {
      ids: undefined,
      total: { count: sumOf(chosen), isExact: true },
      levels: levelRecord(ofLevel),
      patterns: chosen
        .slice(0, MAX_PATTERNS_SHOWN)
        .flatMap((pattern) => this.#shown({ ...pattern, ...this.#ends(pattern.id, range) })),
      patternCount: chosen.length,
      grouped: undefined,
    };
  }

  /** The newest lines that match are read; if that is all of them, nothing else has to be. */
  #counted({ levels }: LogMatch, words: string, range: IdRange): Counts {
    const all = { words, levels: LOG_LEVELS };
    const found = this.#ids(all, range, MAX_READ + 1);
    const isExact = found.length <= MAX_READ;
    const ids =
      isExact || levels.length === LOG_LEVELS.length
        ? found
        : this.#ids({ words, levels }, range, MAX_READ + 1);
    const patterns = this.#patternsOf(ids.slice(0, MAX_READ));
    const chosen = patterns.filter(({ level }) => levels.includes(LOG_LEVELS[level]!));
    const known = new Set(chosen.flatMap((pattern) => pattern.ids));
    const ofLevel = (level: LogLevel): BoundedCount => {
      const count = isExact
        ? sumOf(patterns.filter((each) => each.level === LOG_LEVELS.indexOf(level)))
        : this.#ids({ words, levels: [level] }, range, MAX_READ + 1).length;
      return { count: Math.min(count, MAX_READ), isExact: count <= MAX_READ };
    };
    return {
      ids: isExact ? ids.filter((id) => known.has(id)) : undefined,
      total: { count: known.size, isExact: ids.length <= MAX_READ },
      levels: levelRecord(ofLevel),
      patterns: chosen.slice(0, MAX_PATTERNS_SHOWN).flatMap((pattern) => this.#shown(pattern)),
      patternCount: chosen.length,
      grouped: ids.length <= MAX_READ ? undefined : MAX_READ,
    };
  }

  #patternsOf(ids: readonly number[]): readonly FoundPattern[] {
    const keys = this.#database
      .prepare<[string], { readonly id: number; readonly pattern: number }>(
        'SELECT id, pattern FROM line WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id',
      )
      .all(JSON.stringify(ids));
    const groups = Map.groupBy(keys, ({ pattern }) => pattern);
    return this.#database
      .prepare<[string], PatternRow>(
        'SELECT id, level, logger, text, first_id, lines FROM pattern WHERE id IN (SELECT value FROM json_each(?))',
      )
      .all(JSON.stringify([...groups.keys()]))
      .map((pattern) => {
        const all = groups.get(pattern.id)!.map(({ id }) => id);
        return { ...pattern, lines: all.length, first: all[0]!, last: all.at(-1)!, ids: all };
      })
      .toSorted((a, b) => b.lines - a.lines || a.id - b.id);
  }

  /** Whole hours from their sums; the lines of what is left at both ends are counted in the index. */
  #patternsIn(range: IdRange): readonly PatternRow[] {
    const firstHour = Math.ceil(range.from / HOUR_MICROS);
    const endHour = Math.max(firstHour, Math.floor(range.to / HOUR_MICROS));
    const values = {
      ...range,
      firstHour,
      endHour,
      headTo: Math.min(range.to, firstHour * HOUR_MICROS),
      tailFrom: Math.max(endHour * HOUR_MICROS, range.from),
    };
    const isWhole = firstHour === endHour && firstHour * HOUR_MICROS >= range.to;
    const within = (from: string, to: string): string =>
      `(SELECT count(*) FROM line INDEXED BY line_by_pattern WHERE pattern = p.id AND id >= ${from} AND id < ${to})`;
    const tail = isWhole ? '0' : within('@tailFrom', '@to');
    return this.#database
      .prepare<unknown[], PatternRow>(
        `SELECT id, level, logger, text, first_id, lines FROM (
           SELECT p.id, p.level, p.logger, p.text, p.first_id,
             coalesce((SELECT sum(lines) FROM pattern_hour h
               WHERE h.pattern = p.id AND h.hour >= @firstHour AND h.hour < @endHour), 0)
             + ${within('@from', '@headTo')} + ${tail} AS lines
           FROM pattern p
         ) WHERE lines > 0 ORDER BY lines DESC, id`,
      )
      .all(values);
  }

  #ends(pattern: number, range: IdRange): PatternEnds {
    const within = 'FROM line WHERE pattern = @pattern AND id >= @from AND id < @to';
    return this.#database
      .prepare<unknown[], PatternEnds>(
        `SELECT (SELECT min(id) ${within}) AS first, (SELECT max(id) ${within}) AS last`,
      )
      .get({ ...range, pattern })!;
  }

  #shown(pattern: PatternRow & PatternEnds): readonly LogPattern[] {
    const example = this.#database
      .prepare<[number], LineRow>(`SELECT ${COLUMNS} WHERE l.id = ?`)
      .get(pattern.last);
    if (example === undefined) return [];
    const { level, logger, text, lines, first, last, first_id: firstEver } = pattern;
    return [
      {
        level: LOG_LEVELS[level]!,
        logger,
        text,
        count: lines,
        firstMillis: first / MICROS_PER_MILLI,
        lastMillis: last / MICROS_PER_MILLI,
        firstEverMillis: firstEver / MICROS_PER_MILLI,
        example: lineOf(example),
      },
    ];
  }
}

function lineOf(row: LineRow): StoredLine {
  return {
    id: row.id,
    timeMillis: row.id / MICROS_PER_MILLI,
    level: LOG_LEVELS[row.level]!,
    logger: row.logger,
    message: row.message ?? row.pattern_text,
    attributes: row.attributes === null ? {} : (JSON.parse(row.attributes) as AttributeMap),
    traceId: row.trace ?? undefined,
    spanId: row.span ?? undefined,
  };
}

function idsOf({ range }: LogFilter): IdRange {
  const id = (millis: number): number =>
    Math.max(0, Math.min(Math.ceil(millis * MICROS_PER_MILLI), Number.MAX_SAFE_INTEGER));
  return { from: id(range?.fromMillis ?? 0), to: id(range?.toMillis ?? Infinity) };
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

function sumOf(patterns: readonly Pick<PatternRow, 'lines'>[]): number {
  return patterns.reduce((sum, { lines }) => sum + lines, 0);
}
