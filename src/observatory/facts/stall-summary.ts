import type { StallFacts } from '../../../otel/query.ts';
import { longestTurn, type TurnExtent } from './blocked-turns.ts';
import { ownGroup, type StallGroup, stallGroups } from './stall-groups.ts';

/** What blocked the event loop, without each time that it did. */
export interface StallSummary extends Omit<StallFacts, 'rows'> {
  readonly count: number;
  readonly groups: readonly StallGroup[];
  /** The observatory's own pages together, which are in `groups`, too. */
  readonly own: StallGroup | undefined;
  /** The longest time without a turn; undefined if there was none. */
  readonly longest: TurnExtent | undefined;
}

export function stallSummary({ rows, ...facts }: StallFacts): StallSummary {
  const turn = longestTurn(rows);
  return {
    ...facts,
    count: rows.length,
    groups: stallGroups(rows),
    own: ownGroup(rows),
    longest: turn && {
      millis: turn.millis,
      stalls: turn.stalls,
      fromMillis: turn.fromMillis,
      ends: turn.ends,
    },
  };
}
