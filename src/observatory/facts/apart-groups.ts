import type { SampledSide, Stall } from '../../../otel/query.ts';
import type { DrawnTraces } from './drawn-traces.ts';
import type { DurationGroups } from './duration-groups.ts';
import { mergedTime, type MergedTime } from './merged-time.ts';
import type { TimePart } from './time-parts.ts';

/** A slow and a fast group of durations, with what is known of how they differ. */
export interface ApartGroups extends DurationGroups {
  /**
   * The part of a request's time that makes most of the difference, by the held traces of both groups, and how much that is of the difference between the
   * medians, which are counted; undefined if none is held of a group, or no part makes half of it.
   */
  readonly part: { readonly part: TimePart; readonly millis: number; readonly ofMillis: number } | undefined;
  /** Held traces near the medians of both. */
  readonly examples: { readonly slow: string; readonly fast: string } | undefined;
}

/** Of the difference, a part that is its cause. */
const MOST = 0.5;

/** @param drawn Marked are those of the slow group, and failed ones. */
export function apartGroups(
  groups: DurationGroups | undefined,
  drawn: DrawnTraces,
  stalls: readonly Stall[],
): ApartGroups | undefined {
  if (groups === undefined) return undefined;
  const slow = { ...drawn, marked: onlySlow(drawn, groups), rest: nothing(drawn.rest) };
  const fast = { ...drawn, marked: nothing(drawn.marked) };
  const [slowId, fastId] = [
    nearest(slow.marked, drawn, groups.slow.medianMillis),
    nearest(fast.rest, drawn, groups.fast.medianMillis),
  ];
  return {
    ...groups,
    part: mostApart(mergedTime(slow, stalls), mergedTime(fast, stalls), groups),
    examples: slowId === undefined || fastId === undefined ? undefined : { slow: slowId, fast: fastId },
  };
}

const nothing = (side: SampledSide): SampledSide => ({ ...side, kept: 0, traces: [] });

function onlySlow({ marked, unitOf }: DrawnTraces, { betweenMillis }: DurationGroups): SampledSide {
  const traces = marked.traces.filter((trace) => (unitOf(trace)?.durationMillis ?? 0) >= betweenMillis);
  return { ...marked, traces, kept: (marked.kept * traces.length) / Math.max(1, marked.traces.length) };
}

/** One that did not fail, if there is one. */
function nearest(side: SampledSide, { unitOf }: DrawnTraces, millis: number): string | undefined {
  const found = side.traces.flatMap((trace) => {
    const unit = unitOf(trace);
    if (unit === undefined) return [];
    const distance = Math.abs(Math.log(unit.durationMillis / millis));
    return [{ traceId: trace.traceId, distance, isFailed: unit.status === 'error' }];
  });
  return found.toSorted((a, b) => Number(a.isFailed) - Number(b.isFailed) || a.distance - b.distance)[0]
    ?.traceId;
}

function mostApart(
  slow: MergedTime,
  fast: MergedTime,
  medians: Pick<DurationGroups, 'slow' | 'fast'>,
): ApartGroups['part'] {
  if (slow.traces === 0 || fast.traces === 0) return undefined;
  const keyOf = ({ kind, type, series }: TimePart): string => `${kind} ${type} ${series}`;
  const before = new Map(fast.parts.map((part) => [keyOf(part), part.millis]));
  const sum = ({ parts }: MergedTime): number => parts.reduce((all, { millis }) => all + millis, 0);
  // Means, which a few very slow ones make longer than what the sentence and both examples have: only the share is taken from them.
  const apart = sum(slow) - sum(fast);
  const ofMillis = medians.slow.medianMillis - medians.fast.medianMillis;
  const [most] = slow.parts
    .map((part) => ({ part, share: (part.millis - (before.get(keyOf(part)) ?? 0)) / apart }))
    .toSorted((a, b) => b.share - a.share);
  return most !== undefined && apart > 0 && most.share >= MOST
    ? { part: most.part, millis: Math.min(1, most.share) * ofMillis, ofMillis }
    : undefined;
}
