import type { OperationType } from '../query.ts';
import { type Bits56, compareBits56 } from './consistent-threshold.ts';
import { type SamplingSettings, type Thresholds, thresholdsOf } from './policies.ts';

/** Settings and their rejection thresholds, computed again only when a live change replaced the settings object. */
export interface LiveThresholds {
  readonly settings: SamplingSettings;
  readonly thresholds: Thresholds;
  /** The most generous threshold of the OTLP pipeline. */
  readonly lowestExport: Bits56;
}

/**
 * A function that answers the thresholds in force. Settings that cannot be read or used are reported, and those before stay in force;
 * only the first ones throw.
 */
export function liveThresholds(
  settings: () => SamplingSettings,
  report: (error: unknown) => void,
): () => LiveThresholds {
  let current = compute(settings());
  return () => {
    try {
      const now = settings();
      if (now !== current.settings) current = compute(now);
    } catch (error) {
      report(error);
    }
    return current;
  };
}

function compute(settings: SamplingSettings): LiveThresholds {
  const thresholds = thresholdsOf(settings);
  const byType: Readonly<Record<OperationType, Bits56>> = thresholds.export;
  const lowestExport = Object.values(byType).reduce((a, b) => (compareBits56(a, b) <= 0 ? a : b));
  return { settings, thresholds, lowestExport };
}
