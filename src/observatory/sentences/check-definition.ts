import type { Limits } from '../../../otel/query.ts';
import { countText, share, text } from '../../markup/quantity.ts';
import type { OperationDocument } from '../facts/metrics-document.ts';
import type { OverviewSituation } from './overview-situation.ts';

/** A value with its words, or why there is none. */
export type Measure =
  number | { readonly value: number; readonly words: string } | { readonly unjudged: string };

/** What is judged, by which limit. */
export interface CheckDefinition {
  readonly key: string;
  readonly what: string;
  readonly setting?: string;
  readonly path: string;
  readonly unit: (value: number) => string;
  /** `least`: values below the limit break it. */
  readonly bound?: 'least';
  /** Known for this moment alone: not judged in a range that ended. */
  readonly isOfNow?: true;
  limit(limits: Limits): number;
  measure(situation: OverviewSituation): Measure;
}

export const shareText = (value: number): string => text(share(value));

/** Not judged below the number of operations from which shares are. */
export function fromOperations(
  { count }: OperationDocument,
  { limits }: OverviewSituation,
  value: () => Measure,
): Measure {
  if (count >= limits.minCount) return value();
  return { unjudged: `${countText(count)} in this range, judged from ${countText(limits.minCount)}` };
}
