import type { Database, Statement } from 'better-sqlite3';
import { hashOf } from './text-hash.ts';
import { askedFacts, kindOf } from './trace-kind.ts';
import type { TraceKind } from './trace-kind.ts';
import type { TraceRecord } from './trace-record.ts';

/** Kinds that are cached although no trace has them any more. */
const MAX_STALE = 1000;

interface KindRow {
  readonly id: number;
  readonly facts: string;
}

/** What describes a trace in its row. */
export interface Described {
  /** Of COLUMNS. */
  readonly values: readonly (number | string | null)[];
  /** That the row takes, and what was added for it. */
  readonly bytes: number;
}

const FORGET = `
    DELETE FROM trace_kind WHERE id = OLD.kind AND NOT EXISTS (SELECT 1 FROM kept_trace WHERE kind = OLD.kind);
    DELETE FROM user_agent WHERE id = OLD.agent AND NOT EXISTS (SELECT 1 FROM kept_trace WHERE agent = OLD.agent);`;

/** Kinds of traces and user agents in the history file, each stored once, and removed with the last trace that has it. */
export class KindTable {
  /** Since version 4 of the file. Traces of an older file have no kind until UndescribedTraces gives them one. */
  static readonly SCHEMA = `
    ALTER TABLE kept_trace ADD COLUMN kind INTEGER;
    ALTER TABLE kept_trace ADD COLUMN agent INTEGER;
    ALTER TABLE kept_trace ADD COLUMN path TEXT;
    ALTER TABLE kept_trace ADD COLUMN query TEXT;
    CREATE TABLE trace_kind (id INTEGER PRIMARY KEY AUTOINCREMENT, hash INTEGER NOT NULL, facts TEXT NOT NULL) STRICT;
    CREATE INDEX trace_kind_by_hash ON trace_kind (hash);
    CREATE TABLE user_agent (id INTEGER PRIMARY KEY, words TEXT NOT NULL UNIQUE) STRICT;
    CREATE INDEX kept_trace_by_kind ON kept_trace (kind);
    CREATE INDEX kept_trace_by_agent ON kept_trace (agent);
    CREATE TRIGGER kept_trace_described AFTER DELETE ON kept_trace BEGIN ${FORGET} END;
    CREATE TRIGGER kept_trace_described_again AFTER UPDATE OF kind, agent ON kept_trace
      WHEN OLD.kind IS NOT NEW.kind OR OLD.agent IS NOT NEW.agent BEGIN ${FORGET} END;
  `;
  /** Of `kept_trace`, in the order of Described. */
  static readonly COLUMNS: readonly string[] = ['kind', 'agent', 'path', 'query'];
  readonly #find: Statement<[number, string], number>;
  readonly #add: Statement<[number, string]>;
  readonly #findAgent: Statement<[string], number>;
  readonly #addAgent: Statement<[string]>;
  readonly #newer: Statement<[number], KindRow>;
  readonly #count: Statement<[], number>;
  /** Ids are never used again. */
  readonly #known = new Map<number, TraceKind>();
  #newest = 0;

  constructor(database: Database) {
    this.#find = database
      .prepare<[number, string], number>('SELECT id FROM trace_kind WHERE hash = ? AND facts = ?')
      .pluck();
    this.#add = database.prepare('INSERT INTO trace_kind (hash, facts) VALUES (?, ?)');
    this.#findAgent = database.prepare<[string], number>('SELECT id FROM user_agent WHERE words = ?').pluck();
    this.#addAgent = database.prepare('INSERT INTO user_agent (words) VALUES (?)');
    this.#newer = database.prepare('SELECT id, facts FROM trace_kind WHERE id > ? ORDER BY id');
    this.#count = database.prepare<[], number>('SELECT count(*) FROM trace_kind').pluck();
  }

  /** Adds its kind and user agent, unless they are there. */
  describe(trace: TraceRecord): Described {
    const { userAgent, path = null, query = null } = askedFacts(trace);
    const kind = this.#idOf(kindOf(trace));
    const agent = this.#agentOf(userAgent);
    const bytes = kind.bytes + agent.bytes + Buffer.byteLength(path ?? '') + Buffer.byteLength(query ?? '');
    return { values: [kind.id, agent.id, path, query], bytes };
  }

  /** With the bytes that were added for it. */
  #idOf(kind: TraceKind): { readonly id: number; readonly bytes: number } {
    const facts = encode(kind);
    const hash = hashOf(facts);
    const known = this.#find.get(hash, facts);
    if (known !== undefined) return { id: known, bytes: 0 };
    return { id: Number(this.#add.run(hash, facts).lastInsertRowid), bytes: Buffer.byteLength(facts) };
  }

  /** The same of a user agent; without one, null. */
  #agentOf(words: string | undefined): { readonly id: number | null; readonly bytes: number } {
    if (words === undefined) return { id: null, bytes: 0 };
    const known = this.#findAgent.get(words);
    if (known !== undefined) return { id: known, bytes: 0 };
    const id = Number(this.#addAgent.run(words).lastInsertRowid);
    return { id, bytes: 2 * Buffer.byteLength(words) };
  }

  /** All of them by id, also some that no trace has any more. Not to be called in a transaction, which may be rolled back. */
  all(): ReadonlyMap<number, TraceKind> {
    if (this.#known.size > this.#count.get()! * 2 + MAX_STALE) {
      this.#known.clear();
      this.#newest = 0;
    }
    const texts = new Map<string, string>();
    for (const { id, facts } of this.#newer.iterate(this.#newest)) {
      this.#known.set(id, decode(facts, texts));
      this.#newest = id;
    }
    return this.#known;
  }
}

/** The version is the last part, and missing in kinds of older files. */
function encode({ route, method, statusCode, agent, errors, statements, version }: TraceKind): string {
  return JSON.stringify([
    route ?? null,
    method ?? null,
    statusCode ?? null,
    agent ?? null,
    errors,
    statements,
    ...(version === undefined ? [] : [version]),
  ]);
}

/** @param texts Kinds share statements. */
function decode(facts: string, texts: Map<string, string>): TraceKind {
  const [route, method, statusCode, agent, errors, statements, version] = JSON.parse(facts) as readonly [
    string | null,
    string | null,
    number | null,
    TraceKind['agent'] | null,
    readonly string[],
    readonly string[],
    string?,
  ];
  const shared = (text: string): string => {
    const known = texts.get(text);
    if (known === undefined) texts.set(text, text);
    return known ?? text;
  };
  return {
    route: route ?? undefined,
    method: method ?? undefined,
    statusCode: statusCode ?? undefined,
    agent: agent ?? undefined,
    errors,
    statements: statements.map(shared),
    version,
  };
}
