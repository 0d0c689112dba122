/**
 * Tables of kept traces since version 2 of the file. A trace's row has what lists show and sort by, `operation` has its spans as the aggregates
 * count them, and the body is separate, so that a search reads none. `trace` is version 1's table: a process of that version may still write into
 * it, and its rows are moved.
 */
export const TRACE_SCHEMA_1 = `
  CREATE TABLE trace (
    trace_id TEXT NOT NULL UNIQUE,
    end_millis REAL NOT NULL,
    pinned INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX trace_by_end ON trace (pinned, end_millis);
`;

export const TRACE_SCHEMA_2 = `
  CREATE TABLE kept_trace (
    id INTEGER PRIMARY KEY,
    trace_id TEXT NOT NULL UNIQUE,
    rank INTEGER NOT NULL,
    pinned INTEGER NOT NULL,
    start_millis REAL NOT NULL,
    duration_millis REAL NOT NULL,
    first_millis REAL NOT NULL,
    end_millis REAL NOT NULL,
    errors INTEGER NOT NULL,
    reasons INTEGER NOT NULL,
    vocabulary INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    slowest_http REAL,
    slowest_database REAL,
    slowest_render REAL,
    slowest_other REAL
  ) STRICT;
  CREATE INDEX kept_trace_by_end ON kept_trace (rank, pinned, end_millis);
  CREATE INDEX kept_trace_by_start ON kept_trace (start_millis);
  CREATE INDEX kept_trace_by_vocabulary ON kept_trace (vocabulary);
  CREATE TABLE trace_body (trace INTEGER PRIMARY KEY, body BLOB NOT NULL, logs TEXT) STRICT;
  CREATE TABLE trace_words (
    trace INTEGER PRIMARY KEY,
    own TEXT NOT NULL,
    numbers TEXT NOT NULL,
    span_ids TEXT NOT NULL
  ) STRICT;
  CREATE TABLE vocabulary (id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, words TEXT NOT NULL) STRICT;
  CREATE INDEX vocabulary_by_hash ON vocabulary (hash);
  CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    type INTEGER NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (type, name)
  ) STRICT;
  CREATE TABLE operation (
    trace INTEGER NOT NULL,
    number INTEGER NOT NULL,
    type INTEGER NOT NULL,
    series INTEGER NOT NULL,
    end_millis REAL NOT NULL,
    duration_millis REAL NOT NULL,
    failed INTEGER NOT NULL,
    reason INTEGER NOT NULL,
    waited_millis REAL,
    row TEXT,
    PRIMARY KEY (trace, number)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX operation_that_failed ON operation (end_millis) WHERE failed = 1;
  CREATE INDEX operation_that_waited ON operation (end_millis) WHERE waited_millis IS NOT NULL;
  CREATE TRIGGER kept_trace_gone AFTER DELETE ON kept_trace BEGIN
    DELETE FROM trace_body WHERE trace = OLD.id;
    DELETE FROM trace_words WHERE trace = OLD.id;
    DELETE FROM operation WHERE trace = OLD.id;
    DELETE FROM vocabulary
      WHERE id = OLD.vocabulary AND NOT EXISTS (SELECT 1 FROM kept_trace WHERE vocabulary = OLD.vocabulary);
  END;
  CREATE TRIGGER kept_trace_reworded AFTER UPDATE OF vocabulary ON kept_trace WHEN OLD.vocabulary <> NEW.vocabulary BEGIN
    DELETE FROM vocabulary
      WHERE id = OLD.vocabulary AND NOT EXISTS (SELECT 1 FROM kept_trace WHERE vocabulary = OLD.vocabulary);
  END;
`;
