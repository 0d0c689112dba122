import type { StallFacts } from '../../../otel/query.ts';
import { type BlockedTurn, longestTurn } from './blocked-turns.ts';
import { type StallGroup, stallGroups } from './stall-groups.ts';

/** What blocked the event loop, without each time that it did. */
export interface StallSummary extends Omit<StallFacts, 'rows'> {
  readonly count: number;
  readonly groups: readonly StallGroup[];
  /** The longest time without a turn; undefined if there was none. */
  readonly longest: Pick<BlockedTurn, 'millis' | 'stalls' | 'ends'> | undefined;
}

export function stallSummary({ rows, ...facts }: StallFacts): StallSummary {
  const turn = longestTurn(rows);
  return {
    ...facts,
    count: rows.length,
    groups: stallGroups(rows),
    longest: turn && { millis: turn.millis, stalls: turn.stalls, ends: turn.ends },
  };
}
