import { isJudged, memoryVerdict } from '../facts/process-memory.ts';
import { spanText } from '../format/moment.ts';
import type { Measure } from './check-definition.ts';
import { mostText } from './early-memory-sentence.ts';
import {
  foreseenMillis,
  fullInMillis,
  growthText,
  type MemoryFacts,
  soonText,
  sureGrowth,
} from './memory-sentence.ts';

/** The time until the heap is full; more than every limit if it does not grow. */
export function memoryMeasure(memory: MemoryFacts, limitMillis: number): Measure {
  const { heap, early, ofVersion } = memory;
  const sure = sureGrowth(memory);
  if (sure !== undefined) {
    const of = heap === undefined && ofVersion !== undefined ? `version ${ofVersion.version} grew` : 'grows';
    const by = `${of} by ${growthText(sure.growth)} an hour`;
    const full = fullInMillis(memory);
    if (full !== undefined) return { value: full, words: `${soonText(full)}: ${by}` };
    const foreseen = foreseenMillis(sure);
    const words = `more than ${spanText(foreseen)}: ${by}`;
    return limitMillis > foreseen ? { unjudged: words } : { value: Infinity, words };
  }
  const verdict = memoryVerdict(memory);
  if (!isJudged({ verdict }))
    return {
      unjudged: verdict === 'too young' ? 'not sampled for ten minutes yet' : 'too few full collections yet',
    };
  const by = heap === undefined ? early && mostText(early) : `${growthText(heap)} an hour`;
  // Outside the heap alone.
  const words = verdict === 'growing' ? 'not growing' : verdict;
  return { value: Infinity, words: by === undefined ? words : `${words}: ${by}` };
}
