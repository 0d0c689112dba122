import type { CheckDefinition } from './check-definition.ts';
import { CHECKS } from './check-definitions.ts';
import type { OverviewSituation } from './overview-situation.ts';

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

/** Every check with its value and limit, the worst first. Pure. */
export function checksOf(situation: OverviewSituation): readonly Check[] {
  return CHECKS.map((definition) => ({ ...judged(definition, situation), key: definition.key }));
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
