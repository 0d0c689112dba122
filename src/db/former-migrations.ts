import type { Migration } from './migration.ts';

/** Steps 2 to 9. A step never changes once a release has it. */
export const FORMER_MIGRATIONS: readonly Migration[] = [
  {
    version: 2,
    name: 'owner, sessions, sign-in',
    sql: `
      CREATE TABLE accounts (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        password_hash TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        password_changed_at INTEGER NOT NULL
      ) STRICT;

      -- Tokens are kept as SHA-256 digests: who reads the file cannot sign in with it.
      CREATE TABLE setup_tokens (
        token_hash TEXT PRIMARY KEY,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        used_at INTEGER
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE sessions (
        token_hash TEXT PRIMARY KEY,
        account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        csrf_secret TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        last_seen_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        user_agent TEXT NOT NULL DEFAULT ''
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX sessions_expiry ON sessions (expires_at);
      CREATE INDEX sessions_account ON sessions (account_id);

      -- subject: 'account:NAME' or 'address:IP'; on disk, so that a restart forgives nothing.
      CREATE TABLE sign_in_attempts (
        id INTEGER PRIMARY KEY,
        subject TEXT NOT NULL,
        attempted_at INTEGER NOT NULL,
        succeeded INTEGER NOT NULL CHECK (succeeded IN (0, 1))
      ) STRICT;
      CREATE INDEX sign_in_attempts_subject ON sign_in_attempts (subject, attempted_at);
      CREATE INDEX sign_in_attempts_time ON sign_in_attempts (attempted_at);
    `,
  },
  {
    version: 3,
    name: 'index of listed versions',
    sql: `
      -- ContentClock sums it after a write; it holds nothing but what that needs.
      CREATE INDEX posts_versions ON posts (published_at, version) WHERE status = 'published' AND deleted_at IS NULL;
    `,
  },
  {
    version: 4,
    name: 'epochs of sessions, known browsers, owner links',
    sql: `
      -- Counts how often all sessions were ended: a sign-in that was being checked at that time comes to nothing.
      ALTER TABLE accounts ADD COLUMN session_epoch INTEGER NOT NULL DEFAULT 0;
      -- Signs the cookies of browsers that have signed in before; a new one with each password.
      ALTER TABLE accounts ADD COLUMN browser_key TEXT NOT NULL DEFAULT '';
      UPDATE accounts SET browser_key = lower(hex(randomblob(32)));
      -- 'owner': a link of npm run owner-link, for a blog that has its owner.
      ALTER TABLE setup_tokens ADD COLUMN purpose TEXT NOT NULL DEFAULT 'setup' CHECK (purpose IN ('setup', 'owner'));
    `,
  },
  {
    version: 5,
    name: 'which posts use which media',
    sql: `
      -- media_path may name a file that is not there (yet).
      CREATE TABLE media_uses (
        media_path TEXT NOT NULL,
        post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
        PRIMARY KEY (media_path, post_id)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX media_uses_post ON media_uses (post_id);
      -- Until the start has read the texts that are here, their files are the owner's alone.
      INSERT INTO settings (key, value) SELECT 'media_uses_pending', '1' WHERE EXISTS (SELECT 1 FROM posts);
    `,
  },
  {
    version: 6,
    name: 'ids of posts in feeds',
    sql: `
      -- Given once and kept. NULL for posts of before: theirs is made of host, day and row as it was, so that nobody reads them twice.
      ALTER TABLE posts ADD COLUMN feed_id TEXT;
      CREATE UNIQUE INDEX posts_feed_id ON posts (feed_id) WHERE feed_id IS NOT NULL;
    `,
  },
  {
    version: 7,
    name: 'search without marks in every script',
    sql: `
      -- folded: words that unicode61 does not find without their marks; filled where a post is saved or rendered anew.
      CREATE VIRTUAL TABLE post_search_folded USING fts5 (title, tags, body, folded, tokenize = 'unicode61 remove_diacritics 2');
      INSERT INTO post_search_folded (rowid, title, tags, body, folded) SELECT rowid, title, tags, body, '' FROM post_search;
      DROP TABLE post_search;
      ALTER TABLE post_search_folded RENAME TO post_search;
    `,
  },
  {
    version: 8,
    name: 'which renderer made a post',
    sql: `
      -- 0: one from before there was a number. The running blog renders those anew.
      ALTER TABLE posts ADD COLUMN rendered_by INTEGER NOT NULL DEFAULT 0;
      CREATE INDEX posts_rendered_by ON posts (rendered_by, deleted_at);
    `,
  },
  {
    version: 9,
    name: 'alerts',
    sql: `
      -- Rules that are pending or firing; all others are fine.
      CREATE TABLE alert_states (
        rule TEXT PRIMARY KEY,
        phase TEXT NOT NULL CHECK (phase IN ('pending', 'firing')),
        since_at INTEGER NOT NULL,
        held_millis INTEGER NOT NULL,
        fine_millis INTEGER NOT NULL,
        unjudged_millis INTEGER NOT NULL,
        is_told INTEGER NOT NULL CHECK (is_told IN (0, 1))
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE alert_silences (
        rule TEXT PRIMARY KEY,
        until_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      -- Written before it is sent: what a killed process did not send, the next one does, with the same message_id.
      CREATE TABLE alert_messages (
        id INTEGER PRIMARY KEY,
        message_id TEXT NOT NULL,
        receiver TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        body TEXT NOT NULL CHECK (json_valid(body)),
        state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'given up')),
        attempts INTEGER NOT NULL DEFAULT 0,
        result TEXT
      ) STRICT;
      CREATE INDEX alert_messages_waiting ON alert_messages (receiver, id) WHERE state = 'waiting';
    `,
  },
];
