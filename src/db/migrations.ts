import { FIRST_SCHEMA } from './first-schema.ts';
import { FORMER_MIGRATIONS } from './former-migrations.ts';
import type { Migration } from './migration.ts';

/** All steps from an empty file to the current schema, in order. Times are epoch milliseconds. */
export const MIGRATIONS: readonly Migration[] = [
  FIRST_SCHEMA,
  ...FORMER_MIGRATIONS,
  {
    version: 10,
    name: 'links to traces',
    sql: `
      -- Tokens are kept as SHA-256 digests. A link that was revoked or has expired is deleted.
      CREATE TABLE trace_links (
        id INTEGER PRIMARY KEY,
        token_hash TEXT NOT NULL UNIQUE,
        trace_id TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX trace_links_trace ON trace_links (trace_id);
    `,
  },
  {
    version: 11,
    name: 'reminders of alerts',
    sql: `
      -- When receivers were told last.
      ALTER TABLE alert_states ADD COLUMN told_at INTEGER NOT NULL DEFAULT 0;
      UPDATE alert_states SET told_at = since_at;
    `,
  },
  {
    version: 12,
    name: 'unsaved texts',
    sql: `
      -- What the editor sends while somebody types, until it is saved as a post or discarded.
      CREATE TABLE unsaved_texts (
        -- Made by the page of the editor: two pages have two texts.
        draft TEXT PRIMARY KEY,
        -- Null if the post was never saved.
        post_id INTEGER REFERENCES posts (id) ON DELETE CASCADE,
        -- Of the post when the editor was opened.
        version INTEGER,
        fields TEXT NOT NULL CHECK (json_valid(fields)),
        typed_at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX unsaved_texts_post ON unsaved_texts (post_id, typed_at);
    `,
  },
  {
    version: 13,
    name: 'redirects',
    sql: `
      -- The owner's own: of addresses at which no post is. Former addresses of posts are in aliases.
      CREATE TABLE redirects (
        id INTEGER PRIMARY KEY,
        path TEXT NOT NULL,
        path_key TEXT NOT NULL UNIQUE,
        -- An address of this blog, beginning with a slash, or one of another site.
        target TEXT NOT NULL,
        created_at INTEGER NOT NULL
      ) STRICT;
    `,
  },
  {
    version: 14,
    name: 'recovery codes',
    sql: `
      -- Codes are kept as SHA-256 digests; they have 100 random bits.
      CREATE TABLE recovery_codes (
        code_hash TEXT PRIMARY KEY,
        created_at INTEGER NOT NULL,
        used_at INTEGER
      ) STRICT;
    `,
  },
  {
    version: 15,
    name: 'traces pinned by links',
    sql: `
      -- 1: this link pinned its trace, which ends with it.
      ALTER TABLE trace_links ADD COLUMN pins INTEGER NOT NULL DEFAULT 0;
    `,
  },
  {
    version: 16,
    name: 'names of tags',
    sql: `
      -- Renamed tags: what a save, an import or an address calls so has this name. No name is renamed itself.
      CREATE TABLE tag_names (
        tag_key TEXT PRIMARY KEY,
        tag TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    version: 17,
    name: 'pictures that the blog makes',
    sql: `
      -- Digest of the uploaded bytes; NULL if the file has them as they came.
      ALTER TABLE media ADD COLUMN source_sha256 TEXT;
      -- Digest of the picture that this one is a smaller variant of.
      ALTER TABLE media ADD COLUMN variant_of TEXT;
      -- Version of the code that made picture and variants; 0: not looked at; -1: from before, gets variants and keeps its bytes.
      ALTER TABLE media ADD COLUMN made_by INTEGER NOT NULL DEFAULT 0;
      UPDATE media SET made_by = -1;
      CREATE INDEX media_sources ON media (source_sha256) WHERE source_sha256 IS NOT NULL;
      CREATE INDEX media_variants ON media (variant_of, width) WHERE variant_of IS NOT NULL;
      -- Files that are being written or removed. The next start removes those without a row.
      CREATE TABLE unfinished_media (path TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
    `,
  },
  {
    version: 18,
    name: 'the typographer',
    sql: `
      -- A blog that has posts goes on to show them as typed, until its owner switches the typographer on.
      INSERT INTO settings (key, value) SELECT 'typographer', 'off' WHERE EXISTS (SELECT 1 FROM posts);
    `,
  },
  {
    version: 19,
    name: 'secret links to drafts',
    sql: `
      -- Tokens are kept as SHA-256 digests. A link that was revoked is deleted.
      CREATE TABLE draft_links (
        id INTEGER PRIMARY KEY,
        token_hash TEXT NOT NULL UNIQUE,
        post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX draft_links_post ON draft_links (post_id);
    `,
  },
  {
    version: 20,
    name: 'passkeys',
    sql: `
      -- Public keys of the owner's authenticators (WebAuthn).
      CREATE TABLE passkeys (
        id INTEGER PRIMARY KEY,
        credential_id TEXT NOT NULL UNIQUE,
        public_key BLOB NOT NULL,
        counter INTEGER NOT NULL,
        name TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        used_at INTEGER
      ) STRICT;
    `,
  },
  {
    version: 21,
    name: 'alternative texts of pictures',
    sql: `
      -- In the post; empty if it has none there, NULL if it is no picture there. The next start renders posts again and fills it.
      ALTER TABLE media_uses ADD COLUMN alt TEXT;
      -- The page of media: the newest first, without variants.
      CREATE INDEX media_listed ON media (created_at, path) WHERE variant_of IS NULL;
    `,
  },
  {
    version: 22,
    name: 'search in every script',
    sql: `
      DROP TABLE post_search;
      -- Folded words without their text, which posts and post_texts have. The start indexes what is here, beside requests.
      CREATE VIRTUAL TABLE post_search USING fts5 (title, tags, body, content = '', contentless_delete = 1, tokenize = 'ascii');
      CREATE VIRTUAL TABLE post_search_titles USING fts5 (title, tags, content = '', contentless_delete = 1, tokenize = 'ascii');
      CREATE TABLE post_texts (
        post_id INTEGER PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
        -- Version of the code that made the index of it.
        indexed_by INTEGER NOT NULL,
        -- Plain text of a published post.
        body TEXT NOT NULL
      ) STRICT;
      CREATE INDEX post_texts_indexed_by ON post_texts (indexed_by);
    `,
  },
  {
    version: 23,
    name: 'search for beginnings of words',
    sql: `
      -- With the posts of each beginning of three, four and five letters. Filled by the start, as those before have another INDEX_VERSION.
      DROP TABLE post_search;
      DROP TABLE post_search_titles;
      CREATE VIRTUAL TABLE post_search USING fts5 (title, tags, body, content = '', contentless_delete = 1, tokenize = 'ascii', prefix = '3 4 5');
      CREATE VIRTUAL TABLE post_search_titles USING fts5 (title, tags, content = '', contentless_delete = 1, tokenize = 'ascii', prefix = '3 4 5');
    `,
  },
  {
    version: 24,
    name: 'versions of edits',
    sql: `
      -- The version that the last edit made: later ones are other renderings of the same text, over which a form may be saved.
      ALTER TABLE posts ADD COLUMN edited_version INTEGER NOT NULL DEFAULT 0;
      UPDATE posts SET edited_version = version;
    `,
  },
  {
    version: 25,
    name: 'days of imported posts',
    sql: `
      -- The zone in which the day of the source began; NULL if it says a moment, or was imported before this version.
      ALTER TABLE imported_posts ADD COLUMN published_in TEXT;
      ALTER TABLE imported_posts ADD COLUMN updated_in TEXT;
    `,
  },
  {
    version: 26,
    name: 'posts in the language of the blog',
    sql: `
      -- The language of a text's quotes and dashes; empty: as typed.
      ALTER TABLE posts ADD COLUMN rendered_in TEXT NOT NULL DEFAULT '';
      DROP INDEX posts_rendered_by;
      CREATE INDEX posts_rendered_by ON posts (rendered_by, deleted_at, language, rendered_in);
      UPDATE posts SET rendered_in = language WHERE rendered_by % 2 = 1;
      -- An empty language is the blog's, whichever that is. A post got the blog's if it named none, and nothing says which did.
      UPDATE posts SET language = '' WHERE language = coalesce((SELECT value FROM settings WHERE key = 'language'), 'en');
    `,
  },
];
