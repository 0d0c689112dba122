import type { Database, Statement } from 'better-sqlite3';
import type { SharedFacts } from './templated-record.ts';
import { decodeFacts } from './trace-json.ts';
import type { TemplateBook } from './trace-json.ts';

/** Programs have a few dozen kinds of statements; beyond this, spans are written in full. */
const MAX_TEMPLATES = 2000;

/** Templates in the history file, each stored once. There are few, and none is removed. */
export class SpanTemplates implements TemplateBook {
  static readonly SCHEMA = `
    CREATE TABLE span_template (id INTEGER PRIMARY KEY, facts TEXT NOT NULL UNIQUE) STRICT;
  `;
  readonly #add: Statement<[string, number]>;
  readonly #find: Statement<[string], number>;
  readonly #text: Statement<[number], string>;
  #ids = new WeakMap<SharedFacts, number>();
  readonly #facts = new Map<number, SharedFacts>();

  constructor(database: Database) {
    this.#add = database.prepare(
      'INSERT INTO span_template (facts) SELECT ? WHERE (SELECT count(*) FROM span_template) < ?',
    );
    this.#find = database.prepare<[string], number>('SELECT id FROM span_template WHERE facts = ?').pluck();
    this.#text = database.prepare<[number], string>('SELECT facts FROM span_template WHERE id = ?').pluck();
  }

  /** Call within the transaction that writes its references. */
  idOf(facts: SharedFacts): number | undefined {
    const known = this.#ids.get(facts);
    if (known !== undefined) return known;
    const text = JSON.stringify(facts);
    const id = this.#find.get(text) ?? this.#added(text);
    if (id !== undefined) this.#ids.set(facts, id);
    return id;
  }

  factsOf(id: number): SharedFacts | undefined {
    let facts = this.#facts.get(id);
    if (facts !== undefined) return facts;
    const text = this.#text.get(id);
    if (text === undefined) return undefined;
    facts = decodeFacts(JSON.parse(text));
    this.#facts.set(id, facts);
    return facts;
  }

  /** After a rolled-back transaction: what it added is not in the file. */
  forget(): void {
    this.#ids = new WeakMap();
    this.#facts.clear();
  }

  #added(text: string): number | undefined {
    const { changes, lastInsertRowid } = this.#add.run(text, MAX_TEMPLATES);
    return changes === 0 ? undefined : Number(lastInsertRowid);
  }
}
