import type { OperationList, OperationType, TelemetryQuery, TimeRange } from '../../../otel/query.ts';
import { failuresWithin } from '../facts/failures-within.ts';
import { finished } from '../facts/shared-steps.ts';
import { type FailureGroup, groupFailures } from './failure-groups.ts';

/** Which failures are read. */
export interface FailuresAsked {
  readonly type?: OperationType;
  readonly series: string | undefined;
  readonly limit: number;
}

export interface GroupedFailures extends OperationList {
  readonly groups: readonly FailureGroup[];
  readonly inRequests: number;
}

/** By range, which is that of one look at a page. */
const prepared = new WeakMap<TimeRange, { readonly asked: FailuresAsked; readonly found: GroupedFailures }>();

/** Reads and groups them, one list in each step. */
export function* prepareFailures(
  telemetry: Pick<TelemetryQuery, 'failures'>,
  range: TimeRange,
  asked: FailuresAsked,
): Generator<undefined, void> {
  prepared.set(range, { asked, found: yield* readFailures(telemetry, range, asked) });
}

/** Failures of a range that are held, in groups; earlier ones are read for their states. What was prepared for this range, or is read now. */
export function failuresIn(
  telemetry: Pick<TelemetryQuery, 'failures'>,
  range: TimeRange,
  asked: FailuresAsked,
): GroupedFailures {
  const known = prepared.get(range);
  const { type, series, limit } = known?.asked ?? {};
  return known !== undefined && type === asked.type && series === asked.series && limit === asked.limit
    ? known.found
    : finished(readFailures(telemetry, range, asked));
}

function* readFailures(
  telemetry: Pick<TelemetryQuery, 'failures'>,
  range: TimeRange,
  asked: FailuresAsked,
): Generator<undefined, GroupedFailures> {
  const list = telemetry.failures({ ...asked, range });
  yield;
  const before = { fromMillis: 0, toMillis: range.fromMillis };
  const earlier = list.rows.length === 0 ? [] : telemetry.failures({ ...asked, range: before }).rows;
  yield;
  const within = failuresWithin(list.rows);
  yield;
  return { ...list, groups: groupFailures(list.rows, range, earlier, within), inRequests: within.inRequests };
}
