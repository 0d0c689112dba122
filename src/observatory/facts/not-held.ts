import type { TelemetryQuery } from '../../../otel/query.ts';
import type { ChosenRange } from './time-range.ts';

/** Why failures of a range are counted whose traces are not held: what is known to have happened; the range or since the start, whichever is recorded. */
export function whyNotHeld(
  telemetry: Pick<TelemetryQuery, 'sampling' | 'history' | 'buffer'>,
  { coverage }: ChosenRange,
): readonly string[] {
  const { storm, ruleTexts = [] } = telemetry.sampling();
  const { expired = 0, dropped = 0, unsaved = 0 } = telemetry.history()?.traces.mustKeep ?? {};
  const wasEvicted = telemetry.history() === undefined && telemetry.buffer().mustKeep.evicted > 0;
  const wasKilled = coverage?.missing.some(({ reason }) => reason === 'killed') === true;
  const reasons = [
    wasKilled && 'a process was killed before all was on disk',
    unsaved > 0 && 'memory was full before all was on disk',
    (expired + dropped > 0 || wasEvicted) && 'older ones made room or were too old',
    storm.cut > 0 && 'they came faster than all can be kept',
    ruleTexts.length > 0 && 'a rule may keep none',
  ].filter((reason) => reason !== false);
  return reasons.length > 0
    ? reasons
    : ['their traces still go on, or another process has not written them yet'];
}
