import type { Database, Statement } from 'better-sqlite3';
import { SearchWriter } from '../search/search-writer.ts';
import { MediaUses } from './media-uses.ts';
import type { RenderedMarkdown } from './markdown/markdown.ts';
import { derivedText } from './derived-text.ts';
import type { Post } from './post.ts';
import type { PostFields } from './post-fields.ts';
import { tagKey } from './post-listings.ts';
import { pathKey } from '../process/address.ts';

/** The checked data of a post. */
export interface PostRecord extends PostFields {
  readonly path: string;
  readonly markdown: string;
  readonly rendered: RenderedMarkdown;
  readonly updatedAtMillis: number;
  readonly deletedAtMillis: number | null;
}

/** What a change of tags needs to know of a post. */
export interface TaggedRow {
  readonly id: number;
  readonly version: number;
  readonly published_at: number | null;
  /** 1 if lists and search have it. */
  readonly isListed: number;
  readonly tags: string;
}

type Columns = Readonly<Record<string, string | number | null>>;

/** Writes a post and its derived data: tags, aliases, search. Call its methods inside a transaction. */
export class PostWriter {
  readonly #search: SearchWriter;
  readonly #mediaUses: MediaUses;
  readonly #insert: Statement<[Columns]>;
  readonly #update: Statement<[Columns]>;
  readonly #replaceRendered: Statement<[Columns]>;
  readonly #version: Statement<[number], number>;
  readonly #replaceTimes: Statement<[number | null, number, number]>;
  readonly #replaceTagTimes: Statement<[number | null, number]>;
  readonly #replaceTags: Statement<[string, number]>;
  readonly #keepImported: Statement<[number, number]>;
  readonly #setDeleted: Statement<[number | null, number, number]>;
  readonly #purge: Statement<[number]>;
  readonly #deleteTags: Statement<[number]>;
  readonly #insertTag: Statement<[string, number, number, string]>;
  readonly #deleteAliases: Statement<[number]>;
  readonly #insertAlias: Statement<[string, string, number]>;
  readonly #feedId: Statement<[string], { id: number }>;
  readonly #owner: Statement<[string, string], { id: number; title: string; isDeleted: number }>;

  constructor(database: Database) {
    this.#search = new SearchWriter(database);
    this.#mediaUses = new MediaUses(database);
    this.#insert = database.prepare(
      `INSERT INTO posts (path, path_key, title, summary, status, published_at, updated_at, created_at, tags, authors, language, rendered_in,
         reading_minutes, version, edited_version, description, markdown, html, rendered_by, deleted_at, feed_id)
       VALUES (@path, @path_key, @title, @summary, @status, @published_at, @updated_at, @created_at, @tags, @authors, @language, @rendered_in,
         @reading_minutes, 1, 1, @description, @markdown, @html, @rendered_by, @deleted_at, @feed_id)`,
    );
    this.#update = database.prepare(
      `UPDATE posts SET path = @path, path_key = @path_key, title = @title, summary = @summary, status = @status,
         published_at = @published_at, updated_at = @updated_at, tags = @tags, authors = @authors, language = @language,
         reading_minutes = @reading_minutes, version = version + 1, edited_version = version + 1, description = @description, markdown = @markdown, html = @html,
         rendered_by = @rendered_by, rendered_in = @rendered_in, deleted_at = @deleted_at
       WHERE id = @id`,
    );
    this.#replaceRendered = database.prepare(
      `UPDATE posts SET summary = @summary, reading_minutes = @reading_minutes, html = @html, rendered_by = @rendered_by, rendered_in = @rendered_in,
         version = version + (html <> @html OR summary <> @summary OR reading_minutes <> @reading_minutes)
       WHERE id = @id AND version = @version AND deleted_at IS NULL`,
    );
    this.#version = database.prepare<[number], number>('SELECT version FROM posts WHERE id = ?').pluck();
    this.#replaceTimes = database.prepare(
      'UPDATE posts SET published_at = ?, updated_at = ?, version = version + 1 WHERE id = ?',
    );
    this.#replaceTagTimes = database.prepare('UPDATE post_tags SET published_at = ? WHERE post_id = ?');
    this.#replaceTags = database.prepare('UPDATE posts SET tags = ?, version = version + 1 WHERE id = ?');
    this.#keepImported = database.prepare(
      'UPDATE imported_posts SET post_version = post_version + 1 WHERE post_id = ? AND post_version = ?',
    );
    this.#setDeleted = database.prepare(
      'UPDATE posts SET deleted_at = ?, updated_at = ?, version = version + 1, edited_version = version + 1 WHERE id = ?',
    );
    this.#purge = database.prepare('DELETE FROM posts WHERE id = ?');
    this.#deleteTags = database.prepare('DELETE FROM post_tags WHERE post_id = ?');
    this.#insertTag = database.prepare(
      'INSERT INTO post_tags (tag_key, published_at, post_id, tag) VALUES (?, ?, ?, ?)',
    );
    this.#deleteAliases = database.prepare('DELETE FROM aliases WHERE post_id = ?');
    this.#insertAlias = database.prepare('INSERT INTO aliases (path_key, path, post_id) VALUES (?, ?, ?)');
    this.#feedId = database.prepare('SELECT id FROM posts WHERE feed_id = ?');
    this.#owner = database.prepare(
      `SELECT id, title, deleted_at IS NOT NULL AS isDeleted FROM posts WHERE path_key = ?
       UNION ALL SELECT posts.id, posts.title, posts.deleted_at IS NOT NULL FROM aliases JOIN posts ON posts.id = aliases.post_id WHERE aliases.path_key = ?
       LIMIT 1`,
    );
  }

  /** The post with this path or alias. */
  ownerOf(
    key: string,
  ): { readonly id: number; readonly title: string; readonly isDeleted: boolean } | undefined {
    const row = this.#owner.get(key, key);
    return row && { id: row.id, title: row.title, isDeleted: row.isDeleted === 1 };
  }

  hasFeedId(feedId: string): boolean {
    return this.#feedId.get(feedId) !== undefined;
  }

  insert(record: PostRecord & { readonly createdAtMillis: number; readonly feedId: string }): number {
    const id = Number(
      this.#insert.run({ ...columnsOf(record), created_at: record.createdAtMillis, feed_id: record.feedId })
        .lastInsertRowid,
    );
    this.#writeAliases(id, record.aliases);
    this.#writeLists(id, record, record.rendered);
    return id;
  }

  update(id: number, record: PostRecord): void {
    this.#update.run({ ...columnsOf(record), id });
    this.#writeAliases(id, record.aliases);
    this.#writeLists(id, record, record.rendered);
  }

  /** Stores a new rendering of the same text. It is not an edit: `updated` stays, and an import may still update the post. Returns false if it was saved meanwhile. */
  replaceRendered(post: Post, rendered: RenderedMarkdown): boolean {
    const { id, version } = post;
    const columns = { id, version, ...renderedColumns(post, rendered) };
    if (this.#replaceRendered.run(columns).changes === 0) return false;
    // Of the same HTML, cached pages stay.
    if (this.#version.get(id) !== version) this.#keepImported.run(id, version);
    this.#writeLists(id, post, rendered);
    return true;
  }

  /** Stores tags by other names. As a new rendering, it is not an edit. */
  replaceTags(post: TaggedRow, tags: readonly string[]): void {
    this.#replaceTags.run(JSON.stringify(tags), post.id);
    this.#keepImported.run(post.id, post.version);
    if (post.isListed !== 1) return;
    this.#deleteTags.run(post.id);
    for (const tag of tags) this.#insertTag.run(tagKey(tag), post.published_at!, post.id, tag);
    this.#search.replaceTags(post.id, tags);
  }

  /** Stores the same day as another moment. As a new rendering, it is not an edit. */
  replaceTimes(id: number, publishedAt: number | null, updatedAt: number): void {
    const version = this.#version.get(id);
    this.#replaceTimes.run(publishedAt, updatedAt, id);
    this.#replaceTagTimes.run(publishedAt, id);
    if (version !== undefined) this.#keepImported.run(id, version);
  }

  remove(id: number, atMillis: number): void {
    this.#setDeleted.run(atMillis, atMillis, id);
    this.#deleteTags.run(id);
    this.#search.remove(id);
  }

  /** Removes a post without a trace: its address is unknown afterwards. */
  purge(id: number): void {
    this.#search.remove(id);
    this.#purge.run(id);
  }

  restore(post: Post, rendered: RenderedMarkdown, atMillis: number): void {
    this.#setDeleted.run(null, atMillis, post.id);
    this.#writeLists(post.id, { ...post, deletedAtMillis: null }, rendered);
  }

  #writeAliases(id: number, aliases: readonly string[]): void {
    this.#deleteAliases.run(id);
    for (const alias of aliases) this.#insertAlias.run(pathKey(alias), alias, id);
  }

  /** Updates the data of lists and search, which contain only published posts, so that no other can leak; and the media uses of every post. */
  #writeLists(
    id: number,
    post: Pick<Post, 'title' | 'tags' | 'status' | 'publishedAtMillis' | 'deletedAtMillis'>,
    rendered: RenderedMarkdown,
  ): void {
    this.#mediaUses.record(id, rendered.html);
    this.#deleteTags.run(id);
    if (post.status !== 'published' || typeof post.deletedAtMillis === 'number') {
      this.#search.remove(id);
      return;
    }
    for (const tag of post.tags) this.#insertTag.run(tagKey(tag), post.publishedAtMillis!, id, tag);
    this.#search.put(id, { title: post.title, tags: post.tags, body: rendered.text });
  }
}

function columnsOf(record: PostRecord): Columns {
  return {
    path: record.path,
    path_key: pathKey(record.path),
    title: record.title,
    ...renderedColumns(record, record.rendered),
    status: record.status,
    published_at: record.publishedAtMillis,
    updated_at: record.updatedAtMillis,
    deleted_at: record.deletedAtMillis,
    tags: JSON.stringify(record.tags),
    authors: JSON.stringify(record.authors),
    language: record.language ?? '',
    description: record.description ?? null,
    markdown: record.markdown,
  };
}

function renderedColumns(post: Pick<Post, 'description'>, rendered: RenderedMarkdown) {
  const { summary, readingMinutes } = derivedText(post, rendered);
  return {
    summary,
    reading_minutes: readingMinutes,
    html: rendered.html,
    rendered_by: rendered.renderedBy,
    rendered_in: rendered.typography ?? '',
  };
}
