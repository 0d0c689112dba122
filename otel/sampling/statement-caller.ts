import type { BufferedTrace } from './buffered-trace.ts';
import { operationTypeOf, seriesOf, UNKNOWN_PATHS } from './operation-type.ts';

/** The http series that a trace's statements run for; its root knows its route only after a while. */
export function callerIn(trace: BufferedTrace): string | undefined {
  if (trace.caller !== undefined || trace.root === undefined) return trace.caller;
  if (operationTypeOf(trace.root) !== 'http') return undefined;
  const series = seriesOf('http', trace.root);
  if (series !== UNKNOWN_PATHS) trace.caller = series;
  return series;
}
