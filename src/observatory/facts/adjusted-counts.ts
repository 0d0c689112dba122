import type { OverRepresentation } from './over-represented.ts';

/** Operations of both sides, in whole numbers that add up to the counted ones. */
export interface AdjustedCounts {
  readonly marked: number;
  readonly rest: number;
  /** How many no kept trace stands for, at least; 0 if hardly any. */
  readonly unseen: number;
  /** False if nothing of it is left to chance, as with failures that were all kept. */
  readonly isEstimate: boolean;
  /** How far each side may be from that, with a confidence of 95 %; without the unseen. */
  readonly plusMinus: number;
}

/** Two-sided 95 %. */
const Z = 1.96;

/** Fewer are not said. */
const HARDLY_ANY = 0.01;

/**
 * How many operations each side stands for. Traces are kept by chance, so weights add up to the counted operations only on average: what they miss or
 * exceed is divided by how uncertain each side is, and failures that weigh 1 stay as they were counted.
 */
export function adjustedCounts({
  marked,
  rest,
  counted,
  unseen: beyondChance,
}: Pick<OverRepresentation, 'counted' | 'unseen'> & {
  readonly [Side in 'marked' | 'rest']: Pick<OverRepresentation[Side], 'standFor' | 'deviation'>;
}): AdjustedCounts {
  const unseen = beyondChance > counted * HARDLY_ANY ? Math.round(beyondChance) : 0;
  const [ofMarked, ofRest] = [marked.deviation ** 2, rest.deviation ** 2];
  if (ofMarked + ofRest === 0)
    return {
      marked: Math.round(marked.standFor),
      rest: Math.round(rest.standFor),
      unseen,
      isEstimate: false,
      plusMinus: 0,
    };
  const missed = counted - unseen - marked.standFor - rest.standFor;
  const adjusted = Math.max(0, Math.round(marked.standFor + (missed * ofMarked) / (ofMarked + ofRest)));
  return {
    marked: adjusted,
    rest: Math.max(0, counted - unseen - adjusted),
    unseen,
    isEstimate: ofMarked > 0 || unseen > 0,
    plusMinus: Z * Math.sqrt((ofMarked * ofRest) / (ofMarked + ofRest)),
  };
}
