import type { OperationRow } from '../../../otel/query.ts';

/** Which failures are those of a request. */
export interface FailuresWithin {
  /** Without those that failed with the exception of their request. */
  readonly own: readonly OperationRow[];
  /** By request. */
  readonly within: ReadonlyMap<OperationRow, readonly OperationRow[]>;
  /** Operations in the traces of failed requests, also with another exception. */
  readonly inRequests: number;
}

/**
 * One exception passes through several operations of a trace: each has failed, and it is one failure, that of the request. A request whose span does
 * not tell where its exception was thrown has the place from the operation in it. Pure.
 */
export function failuresWithin(rows: readonly OperationRow[]): FailuresWithin {
  const requests = Map.groupBy(
    rows.filter(({ type }) => type === 'http'),
    ({ traceId }) => traceId,
  );
  const found = new Map<OperationRow, OperationRow[]>();
  const passed = new Set<OperationRow>();
  let inRequests = 0;
  for (const row of rows) {
    const ofTrace = row.type === 'http' ? [] : (requests.get(row.traceId) ?? []);
    if (ofTrace.length > 0) inRequests++;
    const request = ofTrace.find((each) => isSameException(each, row));
    if (request === undefined) continue;
    passed.add(row);
    const others = found.get(request);
    if (others === undefined) found.set(request, [row]);
    else others.push(row);
  }
  const within = new Map<OperationRow, readonly OperationRow[]>();
  const own = rows
    .filter((row) => !passed.has(row))
    .map((row) => {
      const inIt = found.get(row);
      if (inIt === undefined) return row;
      const thrownAt = row.thrownAt ?? inIt.find((each) => each.thrownAt !== undefined)?.thrownAt;
      const request = { ...row, thrownAt };
      within.set(request, inIt);
      return request;
    });
  return { own, within, inRequests };
}

/** What its response's status code alone tells of a request's error is not its type, and a statement's message may quote a value: it is left out. */
function isSameException(request: OperationRow, row: OperationRow): boolean {
  const { errorType = '', errorMessage = '', thrownAt } = request;
  const isType = errorType === row.errorType || (/^\d+$/.test(errorType) && errorMessage !== '');
  const isPlace = thrownAt === row.thrownAt;
  const isMessage = errorMessage === (row.errorMessage ?? '');
  const isKnownPlace = thrownAt !== undefined && row.thrownAt !== undefined;
  return isType && (isKnownPlace ? isPlace && (isMessage || row.errorMessage === undefined) : isMessage);
}
