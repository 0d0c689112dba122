import type { Stall, StallHolder } from '../base/stall.ts';
import type { PendingStall } from './pending-stall.ts';
import type { SeenRequest } from './seen-request.ts';
import { delayedRequests, startOfStall, type StallBounds } from './stall-delays.ts';
import { COVERED, holderOf, type LongOperation } from './stall-evidence.ts';
import type { SampledStall } from './stall-messages.ts';
import { mainPart, partsOf, stallsOf, type UntracedRequest } from './stall-turns.ts';

/** A stall of a turn of the loop: its parts, and how far back it may reach. */
export type FoundStall = StallBounds & Pick<PendingStall, 'isFirst' | 'parts' | 'toNanos'>;

/** A turn of the loop may be several stalls, one after the other. */
export function stallsOfTurn(
  bounds: StallBounds,
  toNanos: number,
  untraced: readonly UntracedRequest[],
  shortestNanos: number,
): readonly FoundStall[] {
  const earliestNanos = startOfStall(bounds.fromNanos, bounds);
  const parts = partsOf(bounds.fromNanos, toNanos, bounds.requests, untraced)
    .filter((part) => part.toNanos > earliestNanos)
    .map((part) => ({ ...part, fromNanos: Math.max(part.fromNanos, earliestNanos) }));
  return stallsOf(parts, shortestNanos).flatMap((stall): FoundStall[] => {
    const [first, last] = [stall[0], stall.at(-1)];
    if (first === undefined || last === undefined) return [];
    const found = { ...bounds, parts: stall, toNanos: last.toNanos };
    return first === parts[0]
      ? [{ ...found, isFirst: true }]
      : [{ ...found, isFirst: false, fromNanos: first.fromNanos, sleptMillis: 0 }];
  });
}

/** When a stall began, and its length. */
export interface StallExtent {
  readonly startNanos: number;
  readonly durationMillis: number;
}

/** @param sampled Undefined if nothing could be sampled: then it may have begun up to `beatMillis` after the turn before it. */
export function extentOf(
  pending: PendingStall,
  sampled: SampledStall | undefined,
  beatMillis: number,
): StallExtent {
  const { fromNanos, toNanos, toMicros, isFirst } = pending;
  const millis =
    sampled === undefined
      ? (toNanos - fromNanos) / 1e6 - (isFirst ? beatMillis : 0)
      : (toMicros - sampled.startMicros) / 1000;
  const startNanos = startOfStall(toNanos - millis * 1e6, pending);
  return { startNanos, durationMillis: (toNanos - startNanos) / 1e6 };
}

/** All that is known of a stall, once its samples are there or cannot be awaited. */
export function finishedStall(
  pending: PendingStall,
  { startNanos, durationMillis }: StallExtent,
  sampled: SampledStall | undefined,
  long: readonly LongOperation[],
): Omit<Stall, 'processStartedAtMillis'> {
  const { toNanos, atMillis, probed, requests, parts } = pending;
  const main = mainPart(parts, COVERED);
  const [fromNanos, untilNanos] =
    main === undefined || parts.length === 1 ? [startNanos, toNanos] : [main.fromNanos, main.toNanos];
  const millisAt = (nanos: number): number => atMillis - (toNanos - nanos) / 1e6;
  const times = { startNanos: fromNanos, endNanos: untilNanos };
  const holder =
    main === undefined || sampled?.isUntraced === true
      ? undefined
      : holderOf(
          { ...times, startMillis: millisAt(fromNanos), endMillis: millisAt(untilNanos) },
          probed !== undefined && probed.nanos >= fromNanos && probed.nanos <= untilNanos
            ? probed
            : undefined,
          long,
          requests,
          main.runner,
        );
  const untraced = main?.runner !== undefined && 'untraced' in main.runner ? main.runner.untraced : undefined;
  return {
    atMillis,
    durationMillis,
    place: sampled?.place,
    placeShare: sampled?.placeShare ?? 0,
    sampledShare: sampled?.sampledShare ?? 0,
    callers: sampled?.callers ?? [],
    holder,
    ...sinceRequest(startNanos, holder, requests),
    ...(holder === undefined && untraced !== undefined && { untracedPath: untraced.path }),
    ...(main === undefined && { heldBy: parts.length }),
    ...delayedRequests({ startNanos, endNanos: toNanos }, requests, holder, parts),
  };
}

/** On the monotonic clock: what of a stall is before its request, in it and after it does not depend on the time of day. */
function sinceRequest(
  startNanos: number,
  holder: StallHolder | undefined,
  requests: readonly SeenRequest[],
): Pick<Stall, 'sinceMillis'> {
  const held = requests.find(({ request }) => request.span.spanContext().traceId === holder?.traceId);
  return held === undefined ? {} : { sinceMillis: (startNanos - held.request.startNanos) / 1e6 };
}
