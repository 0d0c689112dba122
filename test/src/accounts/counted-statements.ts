import type { Database } from 'better-sqlite3';

/** The same database, with its statements counted as they run. */
export function countStatements(database: Database, count: (sql: string) => void): Database {
  const watched = <Of extends object>(of: Of, sql: string): Of =>
    new Proxy(of, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]): unknown => {
          if (name === 'all' || name === 'get' || name === 'run') count(sql);
          const result: unknown = Reflect.apply(value, target, given);
          if (name === 'prepare') return watched(Object(result), String(given[0]));
          return name === 'pluck' ? watched(Object(result), sql) : result;
        };
      },
    });
  return watched(database, '');
}
