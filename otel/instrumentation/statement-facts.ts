import { SpanKind } from '@opentelemetry/api';
import {
  ATTR_DB_NAMESPACE,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_QUERY_SUMMARY,
  ATTR_DB_QUERY_TEXT,
  ATTR_DB_RESPONSE_STATUS_CODE,
  ATTR_DB_SYSTEM_NAME,
} from '../base/semconv.ts';
import { errorTypeOf, messageOf, stackFramesOf } from './error-facts.ts';
import { namesOfSource, namesOfSummary } from '../sql/statement-names.ts';
import { OperationSubject } from './operation-subject.ts';
import type { OperationFault } from './operations.ts';

/** Distinct statements cached; an app has a few hundred, a program that builds SQL from values has no limit. */
const MAX_CACHED_STATEMENTS = 500;
/** Longer sources are not cached: they are bulk scripts that run once. */
const MAX_CACHED_SOURCE_LENGTH = 4_000;

/** Messages of these result codes name tables, columns or the file's state; all others may quote a bound value. */
const SAFE_CODE =
  /^SQLITE_(?:CONSTRAINT_(?:UNIQUE|PRIMARYKEY|NOTNULL|FOREIGNKEY|CHECK|ROWID|COMMITHOOK|PINNED)|BUSY|LOCKED|READONLY|FULL|CORRUPT|NOTADB|IOERR|NOMEM|SCHEMA|PROTOCOL|PERM|AUTH)/;
/** SQLite's message about a name in the statement's text. */
const SAFE_PREPARE_MESSAGE = /^no such (?:table|column|index|view|trigger|module|function): [\w.]+$/;

/** The part of a better-sqlite3 statement used here. */
export interface ObservedStatement {
  readonly source: string;
  readonly database: { readonly name: string };
}

/** Span contents of statements; cached per database namespace and source, bounded. */
export class StatementFacts {
  readonly #bySource = new Map<string, OperationSubject>();

  get size(): number {
    return this.#bySource.size;
  }

  /** When full, the oldest entry is dropped. */
  describe(source: string, databaseName: string): OperationSubject {
    if (source.length > MAX_CACHED_SOURCE_LENGTH) return statementSubject(source, databaseName, true);
    const key = `${databaseName}\n${source}`;
    let subject = this.#bySource.get(key);
    if (subject === undefined) {
      subject = statementSubject(source, databaseName);
      if (this.#bySource.size >= MAX_CACHED_STATEMENTS)
        this.#bySource.delete(this.#bySource.keys().next().value!);
      this.#bySource.set(key, subject);
    }
    return subject;
  }
}

/** Subject of a CLIENT span named by its summary. Pure. @param isCalledOnce Its text is held for this call only. */
export function statementSubject(
  source: string,
  databaseName: string,
  isCalledOnce = false,
): OperationSubject {
  const statement = namesOfSource(source);
  return new OperationSubject({
    ...(isCalledOnce && { heldBytes: 2 * statement.text!.length }),
    type: 'database',
    name: statement.summary,
    series: statement.series,
    kind: SpanKind.CLIENT,
    statement,
    attributes: {
      ...databaseAttributes(databaseName),
      [ATTR_DB_QUERY_SUMMARY]: statement.summary,
      [ATTR_DB_QUERY_TEXT]: statement.text!,
    },
  });
}

/** Subject of an operation without SQL of its own: `BACKUP`, `transaction`. */
export function plainSubject(name: string, databaseName: string): OperationSubject {
  return new OperationSubject({
    type: 'database',
    name,
    series: name,
    kind: SpanKind.CLIENT,
    statement: namesOfSummary(name),
    attributes: {
      ...databaseAttributes(databaseName),
      [ATTR_DB_OPERATION_NAME]: name,
      [ATTR_DB_QUERY_SUMMARY]: name,
    },
  });
}

export function databaseAttributes(databaseName: string): { readonly [name: string]: string } {
  return { [ATTR_DB_SYSTEM_NAME]: 'sqlite', [ATTR_DB_NAMESPACE]: namespaceOf(databaseName) };
}

/** `db.namespace`: the file's base name, never a path; `:memory:` without a file. */
export function namespaceOf(databaseName: string): string {
  const path = databaseName.startsWith('file:')
    ? databaseName.slice('file:'.length).split(/[?#]/, 1)[0]!
    : databaseName;
  return path.split(/[/\\]/).findLast((part) => part !== '') ?? ':memory:';
}

/** The failure of a call, without bound values. @param phase With `prepare` there were no values yet. */
export function statementFault(error: unknown, phase: 'prepare' | 'execute'): OperationFault {
  const type = errorTypeOf(error);
  const message = messageOf(error);
  const safe = SAFE_CODE.test(type) || (phase === 'prepare' && SAFE_PREPARE_MESSAGE.test(message));
  return {
    type,
    message: safe ? message : undefined,
    stack: stackFramesOf(error),
    ...(type.startsWith('SQLITE_') ? { attributes: { [ATTR_DB_RESPONSE_STATUS_CODE]: type } } : undefined),
  };
}
