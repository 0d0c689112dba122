/**
 * Tables of log lines, in a file of their own. A line's id is its time in microseconds, or the next one that is free, so
 * that ranges of time are ranges of ids. Lines per pattern and hour make a count over a long range a sum of a few rows.
 */
export const LOG_SCHEMA = `
  CREATE TABLE line (
    id INTEGER PRIMARY KEY,
    pattern INTEGER NOT NULL,
    trace TEXT,
    span TEXT,
    message TEXT,
    attributes TEXT
  ) STRICT;
  CREATE INDEX line_by_pattern ON line (pattern);
  CREATE TABLE pattern (
    id INTEGER PRIMARY KEY,
    level INTEGER NOT NULL,
    logger TEXT NOT NULL,
    text TEXT NOT NULL,
    lines INTEGER NOT NULL,
    first_id INTEGER NOT NULL,
    UNIQUE (level, logger, text)
  ) STRICT;
  CREATE TABLE pattern_hour (
    hour INTEGER NOT NULL,
    pattern INTEGER NOT NULL,
    lines INTEGER NOT NULL,
    PRIMARY KEY (hour, pattern)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE ledger (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

export const MICROS_PER_MILLI = 1000;
export const HOUR_MICROS = 3_600_000_000;
