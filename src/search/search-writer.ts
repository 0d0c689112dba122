import type { Database, Statement } from 'better-sqlite3';
import { indexedText } from './search-words.ts';

/** The text of a post that can be found. */
export interface SearchText {
  readonly title: string;
  readonly tags: readonly string[];
  /** Plain text without markup. */
  readonly body: string;
}

/** Counts changes of what is indexed of a text, and of the tables: the next start indexes posts of other numbers again. */
export const INDEX_VERSION = 3;

/**
 * Writes the search index. The text itself is in `post_texts`, for what results show; FTS5 has only the folded words of `indexedText`, which its
 * `ascii` tokenizer splits at spaces.
 */
export class SearchWriter {
  readonly #insert: Statement<[number, string, string, string]>;
  readonly #insertTitle: Statement<[number, string, string]>;
  readonly #insertText: Statement<[number, number, string]>;
  readonly #deletes: readonly Statement<[number]>[];
  readonly #read: Statement<[number], { title: string; body: string }>;

  constructor(database: Database) {
    this.#insert = database.prepare('INSERT INTO post_search (rowid, title, tags, body) VALUES (?, ?, ?, ?)');
    this.#insertTitle = database.prepare(
      'INSERT INTO post_search_titles (rowid, title, tags) VALUES (?, ?, ?)',
    );
    this.#insertText = database.prepare(
      'INSERT INTO post_texts (post_id, indexed_by, body) VALUES (?, ?, ?)',
    );
    this.#deletes = [
      database.prepare('DELETE FROM post_search WHERE rowid = ?'),
      database.prepare('DELETE FROM post_search_titles WHERE rowid = ?'),
      database.prepare('DELETE FROM post_texts WHERE post_id = ?'),
    ];
    this.#read = database.prepare(
      'SELECT posts.title, post_texts.body FROM posts JOIN post_texts ON post_texts.post_id = posts.id WHERE posts.id = ?',
    );
  }

  /** Replaces the indexed text of a post. Call it inside the transaction that saves the post. */
  put(postId: number, text: SearchText): void {
    this.remove(postId);
    const title = indexedText(text.title);
    const tags = indexedText(text.tags.join(', '));
    this.#insert.run(postId, title, tags, indexedText(text.body));
    this.#insertTitle.run(postId, title, tags);
    this.#insertText.run(postId, INDEX_VERSION, text.body.normalize('NFC'));
  }

  /** Replaces the tags alone of a post that is indexed. */
  replaceTags(postId: number, tags: readonly string[]): void {
    const text = this.#read.get(postId);
    if (text !== undefined) this.put(postId, { ...text, tags });
  }

  remove(postId: number): void {
    for (const statement of this.#deletes) statement.run(postId);
  }
}
