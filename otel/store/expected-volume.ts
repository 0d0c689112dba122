import { byType, type OperationType } from '../base/operation-types.ts';
import type { TimeRange } from '../query.ts';
import type { ExpectedVolume } from '../base/settings-change.ts';
import type { SamplingSettings } from '../sampling/sampling-settings.ts';
import type { AggregateReader } from './aggregate-reader.ts';

/**
 * Predicts how much of what was counted in a range would be kept: everything that fails or is slow, and the rate's share of the rest. Counts are
 * exact; how many reach a threshold is read from the distribution of each series. Spans kept along with others are not included.
 */
export function expectedVolume(
  aggregates: Pick<AggregateReader, 'operations' | 'series' | 'percentileOf'>,
  range: TimeRange,
  now: SamplingSettings,
  proposed: SamplingSettings,
): Readonly<Record<OperationType, ExpectedVolume>> {
  const operations = aggregates.operations(range);
  return byType((type): ExpectedVolume => {
    const { count, errors } = operations[type];
    const series = aggregates.series(type, range);
    const keptBy = ({ rates, slowThresholdNanos }: SamplingSettings): number => {
      const millis = slowThresholdNanos[type] / 1e6;
      const slow = series.reduce(
        (sum, each) => sum + each.count * (1 - shareBelow(aggregates, type, each.name, millis)),
        0,
      );
      const mustKeep = Math.min(count, errors + slow);
      return mustKeep + rates[type] * (count - mustKeep);
    };
    return { count, keptNow: keptBy(now), keptProposed: keptBy(proposed) };
  });
}

function shareBelow(
  aggregates: Pick<AggregateReader, 'percentileOf'>,
  type: OperationType,
  series: string,
  millis: number,
): number {
  if (millis === Infinity) return 1;
  return millis === 0 ? 0 : (aggregates.percentileOf(type, series, millis) ?? 1);
}
