import type { Links } from '../links.ts';
import { fullWords, memoryWords } from './memory-sentence.ts';
import { memorySinceWords } from './memory-since-sentence.ts';
import type { OverviewSituation } from './overview-situation.ts';
import { ledBy, type Sentence } from './sentence.ts';

/** That memory grows, of a version if it does since that; or did in the process before one that is too young. Undefined otherwise. */
export function memoryReason(situation: OverviewSituation, links: Links): Sentence | undefined {
  const { memory: facts, leakBefore, memorySince, now } = situation;
  const before = memorySince === undefined ? leakBefore : memorySinceWords(memorySince, now);
  if (before !== undefined) {
    const full = fullWords(facts);
    return [...ledBy(before, links.to('/process')), ...(full === '' ? [] : [{ text: ` ${full}` }])];
  }
  const words = memoryWords(facts, now);
  if (words === undefined || (facts.heap?.isGrowing !== true && facts.rss?.isGrowing !== true))
    return undefined;
  return ledBy(words, links.to('/process'));
}
