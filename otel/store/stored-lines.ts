import type { Database } from 'better-sqlite3';
import { LOG_LEVELS, type AttributeMap, type LogPattern, type StoredLine } from '../query.ts';
import { LogProcesses } from './log-processes.ts';
import { HOUR_MICROS, MICROS_PER_MILLI } from './log-schema.ts';
import type { IdRange } from './log-words.ts';

interface LineRow {
  readonly id: number;
  readonly level: number;
  readonly logger: string;
  readonly pattern_text: string;
  readonly trace: string | null;
  readonly span: string | null;
  readonly message: string | null;
  readonly attributes: string | null;
  readonly pid: number | null;
  readonly started_millis: number | null;
}

export interface PatternRow {
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

const COLUMNS = `l.id, p.level, p.logger, p.text AS pattern_text, l.trace, l.span, l.message, l.attributes,
    w.pid, w.started_millis
  FROM line l JOIN pattern p ON p.id = l.pattern ${LogProcesses.JOIN}`;

/** Reads log lines by their ids, and their patterns. */
export class StoredLines {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Newest first. */
  lines(ids: readonly number[]): readonly StoredLine[] {
    return this.#database
      .prepare<[string], LineRow>(
        `SELECT ${COLUMNS} WHERE l.id IN (SELECT value FROM json_each(?)) ORDER BY l.id DESC`,
      )
      .all(JSON.stringify(ids))
      .map(lineOf);
  }

  /** Of lines that were read. */
  patternsOf(ids: readonly number[]): readonly (PatternRow & PatternEnds)[] {
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
        const keysOf = groups.get(pattern.id)!;
        return { ...pattern, lines: keysOf.length, first: keysOf[0]!.id, last: keysOf.at(-1)!.id };
      })
      .toSorted((a, b) => b.lines - a.lines || a.id - b.id);
  }

  /** Whole hours from their sums; the lines of what is left at both ends are counted in the index. */
  patternsIn(range: IdRange): readonly PatternRow[] {
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

  ends(pattern: number, range: IdRange): PatternEnds {
    const within = 'FROM line WHERE pattern = @pattern AND id >= @from AND id < @to';
    return this.#database
      .prepare<unknown[], PatternEnds>(
        `SELECT (SELECT min(id) ${within}) AS first, (SELECT max(id) ${within}) AS last`,
      )
      .get({ ...range, pattern })!;
  }

  shown(pattern: PatternRow & PatternEnds): readonly LogPattern[] {
    const example = this.#database
      .prepare<[number], LineRow>(`SELECT ${COLUMNS} WHERE l.id = ?`)
      .get(pattern.last);
    if (example === undefined) return [];
    const { level, logger, text, lines, first, last, first_id: firstEver } = pattern;
    return [
      {
        id: pattern.id,
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
    process:
      row.pid === null || row.started_millis === null
        ? undefined
        : { pid: row.pid, startedAtMillis: row.started_millis },
  };
}

export function sumOf(patterns: readonly Pick<PatternRow, 'lines'>[]): number {
  return patterns.reduce((sum, { lines }) => sum + lines, 0);
}
