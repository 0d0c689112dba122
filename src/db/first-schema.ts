import type { Migration } from './migration.ts';

/** The first step, from an empty file. */
export const FIRST_SCHEMA: Migration = {
  version: 1,
  name: 'posts, aliases, media, search',
  sql: `
    -- deleted_at makes a row a tombstone: it keeps its path, answers 410 and can be restored.
    -- The long texts stand last, so that lists read only the front of a row.
    CREATE TABLE posts (
      id INTEGER PRIMARY KEY,
      path TEXT NOT NULL,
      path_key TEXT NOT NULL UNIQUE,
      title TEXT NOT NULL,
      summary TEXT NOT NULL,
      status TEXT NOT NULL CHECK (status IN ('draft', 'published', 'unlisted')),
      published_at INTEGER CHECK (status = 'draft' OR published_at IS NOT NULL),
      updated_at INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      deleted_at INTEGER,
      tags TEXT NOT NULL CHECK (json_valid(tags)),
      authors TEXT NOT NULL CHECK (json_valid(authors)),
      language TEXT NOT NULL,
      reading_minutes INTEGER NOT NULL,
      version INTEGER NOT NULL,
      description TEXT,
      markdown TEXT NOT NULL,
      html TEXT NOT NULL
    ) STRICT;
    CREATE INDEX posts_listed ON posts (published_at DESC, id DESC, status, deleted_at) WHERE status = 'published' AND deleted_at IS NULL;
    CREATE INDEX posts_updated ON posts (updated_at DESC, id DESC, status, published_at, deleted_at);

    -- Only published posts have rows here, so that no list by tag can show another; time still decides.
    CREATE TABLE post_tags (
      tag_key TEXT NOT NULL,
      published_at INTEGER NOT NULL,
      post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
      tag TEXT NOT NULL,
      PRIMARY KEY (tag_key, published_at DESC, post_id DESC)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX post_tags_post ON post_tags (post_id);

    CREATE TABLE aliases (
      path_key TEXT PRIMARY KEY,
      path TEXT NOT NULL,
      post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX aliases_post ON aliases (post_id);

    -- The bytes are files under DATA_DIR/media with the same path.
    CREATE TABLE media (
      path TEXT PRIMARY KEY,
      sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
      bytes INTEGER NOT NULL,
      content_type TEXT NOT NULL,
      width INTEGER,
      height INTEGER,
      alt TEXT,
      created_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE VIRTUAL TABLE post_search USING fts5 (title, tags, body, tokenize = 'unicode61 remove_diacritics 2');

    -- What an import made from which source, so that a second run knows what changed and what the owner edited.
    CREATE TABLE imported_posts (
      path_key TEXT PRIMARY KEY,
      post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
      source_sha256 TEXT NOT NULL,
      post_version INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE settings (
      key TEXT PRIMARY KEY,
      value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
};
