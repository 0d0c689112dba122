import { spanText } from '../format/moment.ts';
import type { Links } from '../links.ts';
import { MEMORY_PLACE } from './memory-place.ts';
import { fullWords, growthText, type MemoryFacts, memoryWords } from './memory-sentence.ts';
import { memorySinceWords } from './memory-since-sentence.ts';
import type { OverviewSituation } from './overview-situation.ts';
import { ledBy, type Sentence } from './sentence.ts';

/**
 * That memory grows: of a version if it does since that; in the process before one that is too young, or in an earlier one of its version. Undefined
 * otherwise.
 */
export function memoryReason(situation: OverviewSituation, links: Links): Sentence | undefined {
  const { memory: facts, leakBefore, memorySince, now } = situation;
  const href = links.to(MEMORY_PLACE);
  const before = memorySince === undefined ? leakBefore : memorySinceWords(memorySince, now);
  const earlier = before ?? ofVersionWords(facts);
  if (earlier !== undefined) {
    const full = fullWords(facts);
    return [...ledBy(earlier, href), ...(full === '' ? [] : [{ text: ` ${full}` }])];
  }
  const words = memoryWords(facts, now);
  if (words === undefined || (facts.heap?.isGrowing !== true && facts.rss?.isGrowing !== true))
    return undefined;
  return ledBy(words, href);
}

/** Of a process that is too young; undefined if it is not. */
function ofVersionWords(facts: MemoryFacts): string | undefined {
  const { heap, ofVersion } = facts;
  if (heap !== undefined || ofVersion === undefined) return undefined;
  const { version, growth, overMillis } = ofVersion;
  return `Memory of version ${version} grew by ${growthText(growth)} an hour in ${spanText(overMillis)} of an earlier process.`;
}
