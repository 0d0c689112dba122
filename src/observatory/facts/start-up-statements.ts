import type { SeriesSummary } from '../../../otel/query.ts';

const SCHEMA_WORK = /^(?:PRAGMA|CREATE|ALTER|DROP|ANALYZE|REINDEX|VACUUM)\b/i;

/** Statements of start-up and schema: pragmas, tables, migrations. If a request issues one, it counts as ordinary. */
export function isStartUpWork({ summary, name, callers = [] }: SeriesSummary): boolean {
  return callers.length === 0 && SCHEMA_WORK.test(summary ?? name);
}
