import type { CheckDefinition } from './check-definition.ts';
import { CHECKS } from './check-definitions.ts';
import { isStallOfOwnView } from '../facts/blocked-turns.ts';
import { blockOf, type OverviewSituation } from './overview-situation.ts';

export type CheckKey = (typeof CHECKS)[number]['key'];

/** One thing that has to hold for the verdict “fine”. */
export interface Check {
  readonly key: CheckKey;
  /** `failed requests`. */
  readonly what: string;
  readonly state: 'holds' | 'broken' | 'not judged' | 'off';
  /** In the unit of the limit: a share 0–1, milliseconds, bytes or a number; undefined if it is not judged. */
  readonly value: number | undefined;
  readonly words: string;
  readonly limit: number | undefined;
  readonly limitWords: string;
  /** Undefined for a fixed limit. */
  readonly setting: string | undefined;
  /** The page with the evidence. */
  readonly path: string;
}

/** The page with the evidence of a check. */
export function pathOf(key: CheckKey): string {
  return CHECKS.find((check) => check.key === key)!.path;
}

/** Every check with its value and limit, the worst first. Pure. */
export function checksOf(situation: OverviewSituation): readonly Check[] {
  return CHECKS.map((definition) => ({ ...judged(definition, situation), key: definition.key }));
}

/**
 * The limits that do not hold, what readers noticed most first. A crash comes before the longest block of the loop if nothing answered for longer
 * after it, and before failed requests if about more requests than those found nobody meanwhile. Pure.
 */
export function brokenKeys(situation: OverviewSituation): readonly CheckKey[] {
  const broken = checksOf(situation).flatMap(({ key, state }) => (state === 'broken' ? [key] : []));
  const { millis, turn } = blockOf(situation);
  const isOwn = turn !== undefined && isStallOfOwnView(turn, situation.limits.minCount);
  const keys = isOwn ? movedBefore(broken, 'loop', AFTER_WHAT_READERS_NOTICE) : broken;
  const { errors } = situation.metrics.operations.http;
  const lesser: readonly CheckKey[] = [
    ...(unansweredRequests(situation) > errors ? (['failed', 'route_failed'] as const) : []),
    ...(situation.crashedMillis > millis && !isOwn ? (['loop'] as const) : []),
  ];
  return keys.some((key) => lesser.includes(key)) ? movedBefore(keys, 'crashes', lesser) : keys;
}

/** About so many requests came after a crash while nothing answered: as many as in a time of that length otherwise. */
function unansweredRequests({
  metrics,
  range,
  countedFromMillis,
  downWithinMillis,
  crashedMillis,
}: OverviewSituation): number {
  const upMillis = range.toMillis - Math.max(range.fromMillis, countedFromMillis) - downWithinMillis;
  return upMillis <= 0 ? 0 : (metrics.operations.http.count * crashedMillis) / upMillis;
}

/** No reader of the blog noticed these, nor that the owner waited for a page of the observatory. */
const AFTER_WHAT_READERS_NOTICE = [
  'missing',
  'faults',
  'books',
  'storm',
  'backup',
  'export',
  'export_lost',
] as const satisfies readonly CheckKey[];

function movedBefore(
  keys: readonly CheckKey[],
  moved: CheckKey,
  others: readonly CheckKey[],
): readonly CheckKey[] {
  if (!keys.includes(moved)) return keys;
  const rest = keys.filter((key) => key !== moved);
  const at = rest.findIndex((key) => others.includes(key));
  return at === -1 ? [...rest, moved] : rest.toSpliced(at, 0, moved);
}

function judged(definition: CheckDefinition, situation: OverviewSituation): Omit<Check, 'key'> {
  const { what, setting, path, unit, bound } = definition;
  const limit = definition.limit(situation.limits);
  const isOff = Number.isNaN(limit);
  const isOver = definition.isOfNow === true && situation.range.toMillis < situation.now;
  const measure = isOver ? { unjudged: 'known for now alone' } : definition.measure(situation);
  const base = {
    what,
    setting,
    path,
    limit: isOff ? undefined : limit,
    limitWords: isOff ? 'off' : `${bound === 'least' ? 'at least' : 'at most'} ${unit(limit)}`,
  };
  if (typeof measure === 'object' && 'unjudged' in measure)
    return { ...base, state: isOff ? 'off' : 'not judged', value: undefined, words: measure.unjudged };
  const { value, words } = typeof measure === 'number' ? { value: measure, words: unit(measure) } : measure;
  const isBroken = bound === 'least' ? value < limit : value > limit;
  return { ...base, state: isOff ? 'off' : isBroken ? 'broken' : 'holds', value, words };
}
