import type { Database, Statement } from 'better-sqlite3';

/** Beyond it, the oldest are removed. */
export const MAX_UNSAVED_TEXTS = 50;

/** Another text that a page of the editor goes on with: it replaces that one, unless it was typed on elsewhere since. */
export interface ContinuedText {
  readonly draft: string;
  /** Of the state that is continued. */
  readonly typedAtMillis: number;
}

/** The form of an editor that was not saved. */
export interface UnsavedText {
  /** Identifies the page of the editor in which it was typed. */
  readonly draft: string;
  /** Undefined if the post was never saved. */
  readonly postId: number | undefined;
  /** Of the post when the editor was opened. */
  readonly version: number | undefined;
  /** Fields of the form by name. */
  readonly fields: Readonly<Record<string, string>>;
  readonly typedAtMillis: number;
}

interface UnsavedRow {
  readonly draft: string;
  readonly post_id: number | null;
  readonly version: number | null;
  readonly fields: string;
  readonly typed_at: number;
}

type NewRow = [{ draft: string; postId: number | null; version: number | null; fields: string; now: number }];

/** What was typed into editors and not saved, newest first; it survives a lost browser, session or power. */
export class UnsavedTexts {
  readonly #now: () => number;
  readonly #put: Statement<NewRow>;
  readonly #prune: Statement<[string, number]>;
  readonly #find: Statement<[string], UnsavedRow>;
  readonly #list: Statement<[number | null], UnsavedRow>;
  readonly #all: Statement<[], UnsavedRow>;
  readonly #remove: Statement<[string]>;
  readonly #removeContinued: Statement<[string, number]>;

  constructor(database: Database, { now }: { readonly now: () => number }) {
    this.#now = now;
    this.#put = database.prepare(
      `INSERT INTO unsaved_texts (draft, post_id, version, fields, typed_at)
       SELECT @draft, id, @version, @fields, @now FROM (SELECT @postId AS id)
       WHERE id IS NULL OR EXISTS (SELECT 1 FROM posts WHERE posts.id = @postId)
       ON CONFLICT (draft) DO UPDATE SET fields = excluded.fields, typed_at = excluded.typed_at`,
    );
    this.#prune = database.prepare(
      `DELETE FROM unsaved_texts WHERE draft IN
         (SELECT draft FROM unsaved_texts WHERE draft <> ? ORDER BY typed_at DESC LIMIT -1 OFFSET ?)`,
    );
    this.#find = database.prepare('SELECT * FROM unsaved_texts WHERE draft = ?');
    this.#list = database.prepare('SELECT * FROM unsaved_texts WHERE post_id IS ? ORDER BY typed_at DESC');
    this.#all = database.prepare('SELECT * FROM unsaved_texts ORDER BY typed_at DESC');
    this.#remove = database.prepare('DELETE FROM unsaved_texts WHERE draft = ?');
    this.#removeContinued = database.prepare('DELETE FROM unsaved_texts WHERE draft = ? AND typed_at = ?');
  }

  /** Keeps the newest text of an editor, in place of those that it continues. Returns false if its post does not exist any more. */
  put(text: Omit<UnsavedText, 'typedAtMillis'>, continued: readonly ContinuedText[] = []): boolean {
    const { draft, postId = null, version = null, fields } = text;
    const row = { draft, postId, version, fields: JSON.stringify(fields), now: this.#now() };
    const isKept = this.#put.run(row).changes > 0;
    // Whatever the clock says: this one is the newest.
    this.#prune.run(draft, MAX_UNSAVED_TEXTS - 1);
    if (isKept) this.removeContinued(continued);
    return isKept;
  }

  find(draft: string): UnsavedText | undefined {
    const row = this.#find.get(draft);
    return row && textOf(row);
  }

  /** Of a post; without an id, of new posts. */
  list(postId?: number): readonly UnsavedText[] {
    return this.#list.all(postId ?? null).map(textOf);
  }

  /** Of all posts, and of new ones. */
  all(): readonly UnsavedText[] {
    return this.#all.all().map(textOf);
  }

  remove(draft: string): void {
    this.#remove.run(draft);
  }

  /** Removes texts that are continued under another draft, which is kept or saved. What was typed into them since stays. */
  removeContinued(continued: readonly ContinuedText[]): void {
    for (const { draft, typedAtMillis } of continued) this.#removeContinued.run(draft, typedAtMillis);
  }
}

function textOf({ draft, post_id, version, fields, typed_at }: UnsavedRow): UnsavedText {
  return {
    draft,
    postId: post_id ?? undefined,
    version: version ?? undefined,
    fields: stringsOf(JSON.parse(fields)),
    typedAtMillis: typed_at,
  };
}

function stringsOf(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
