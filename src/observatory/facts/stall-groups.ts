import type { Stall, StallHolder } from '../../../otel/query.ts';

/** Stalls that one place caused. */
export interface StallGroup {
  /** `spin in src/posts/store.ts:12`, or why there is no name. */
  readonly place: string;
  readonly functionName: string | undefined;
  readonly location: string | undefined;
  /** The statement, template or route of the newest stall whose span is known. */
  readonly operation: Pick<StallHolder, 'type' | 'series'> | undefined;
  readonly route: string | undefined;
  readonly count: number;
  readonly worstMillis: number;
  readonly totalMillis: number;
  /** Requests that had to wait. */
  readonly delayed: number;
  readonly lastMillis: number;
}

/** One group per function and line, the most time first. */
export function stallGroups(stalls: readonly Stall[]): readonly StallGroup[] {
  const groups = new Map<string, StallGroup>();
  for (const stall of stalls) {
    const place = stallPlace(stall);
    const known = groups.get(place);
    groups.set(place, {
      place,
      functionName: stall.place?.name,
      location: stall.place?.location,
      operation: known?.operation ?? stall.holder,
      route: known?.route ?? stall.holder?.route,
      count: (known?.count ?? 0) + 1,
      worstMillis: Math.max(known?.worstMillis ?? 0, stall.durationMillis),
      totalMillis: (known?.totalMillis ?? 0) + stall.durationMillis,
      delayed: (known?.delayed ?? 0) + stall.delayedCount,
      lastMillis: Math.max(known?.lastMillis ?? 0, stall.atMillis),
    });
  }
  return [...groups.values()].sort((a, b) => b.totalMillis - a.totalMillis);
}

/** The function and its line, as words. */
export function stallPlace({ place }: Pick<Stall, 'place'>): string {
  if (place === undefined) return 'not sampled';
  return place.location === undefined ? place.name : `${place.name} ${place.location}`;
}
