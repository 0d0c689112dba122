import type { ProcessFacts, TelemetryQuery } from '../../../otel/query.ts';

const read = new WeakMap<object, { readonly now: number; readonly facts: ProcessFacts }>();

/** Of the process, read once for a page: drawing it takes memory, and the side menu would have another figure than the page. */
export function processAt(telemetry: Pick<TelemetryQuery, 'process'>, now: number): ProcessFacts {
  const known = read.get(telemetry);
  if (known?.now === now) return known.facts;
  const facts = telemetry.process();
  read.set(telemetry, { now, facts });
  return facts;
}
