import type { OperationRow } from '../../../otel/query.ts';
import { maskedNumbers } from '../../../otel/kit.ts';

/**
 * Returns which failures are one: of one error type and place, without the line, which the next version of the file has elsewhere. A function that
 * another version named otherwise is the same if the same error was thrown at the same line of its file.
 */
export function failureKeys(rows: readonly OperationRow[]): (row: OperationRow) => string {
  const byLine = Map.groupBy(rows, lineOf);
  const renamed = new Map<string, string>();
  for (const [line, failures] of byLine) {
    if (line === undefined || new Set(failures.map(({ thrownAt }) => thrownAt)).size === 1) continue;
    for (const row of failures.toSorted((a, b) => a.startMillis - b.startMillis))
      renamed.set(errorAt(line, row), keyOf(row));
  }
  return (row) => {
    const line = renamed.size === 0 ? undefined : lineOf(row);
    return (line === undefined ? undefined : renamed.get(errorAt(line, row))) ?? keyOf(row);
  };
}

/** `src/posts/store.ts:12`. */
function lineOf({ thrownAt }: OperationRow): string | undefined {
  return thrownAt?.slice(thrownAt.lastIndexOf(' ') + 1);
}

function errorAt(line: string, { errorType, type, errorMessage = '' }: OperationRow): string {
  return `${errorType} ${type} ${line} ${maskedNumbers(errorMessage)}`;
}

function keyOf({ errorType = 'error', type, series, thrownAt }: OperationRow): string {
  return `${errorType} ${type} ${thrownAt?.replace(/:\d+$/, '') ?? series}`;
}
