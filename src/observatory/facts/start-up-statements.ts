import type { SeriesSummary } from '../../../otel/query.ts';

const SCHEMA_WORK = /^(?:PRAGMA|CREATE|ALTER|DROP|ANALYZE|REINDEX|VACUUM)\b/i;

/** Work of a start and of the schema: pragmas, tables, migrations. A request that issues the same makes it an ordinary statement. */
export function isStartUpWork({ summary, name, callers = [] }: SeriesSummary): boolean {
  return callers.length === 0 && SCHEMA_WORK.test(summary ?? name);
}
