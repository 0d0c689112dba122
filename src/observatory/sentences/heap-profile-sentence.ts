import type { HeapFunction, HeapProfileFacts, TakenHeapProfile } from '../../../otel/query.ts';
import { share, size, text } from '../../markup/quantity.ts';
import { momentText } from '../format/moment.ts';
import type { Links } from '../links.ts';
import { askedSentence, functionWords } from './profile-sentence.ts';
import { plural, type Sentence } from './sentence.ts';

const MAX_NAMED = 3;
/** Less of what is in use is not worth a sentence. */
const MIN_NAMED = 0.1;
/** With fewer samples, shares are chance. */
const MIN_SAMPLES = 20;

/** What the newest or chosen heap profile says, or that one is being taken. */
export function heapProfileSentence(
  facts: Omit<HeapProfileFacts, 'kept'>,
  shown: TakenHeapProfile | undefined,
  now: number,
): Sentence {
  return askedSentence('heap profile', facts, shown && [{ text: stayed(shown) }], now);
}

/** Of memory that grows: what the newest heap profile says of who allocates it, or that one would. */
export function whoKeepsWords(newest: TakenHeapProfile | undefined, links: Links, now: number): Sentence {
  const top = newest?.functions[0];
  if (newest === undefined || top === undefined || !isTold(newest, top))
    return [
      { text: ' A ' },
      { text: 'heap profile', href: links.to('/heap-profiles') },
      { text: ' says which functions allocate what stays in use.' },
    ];
  return [
    { text: ' By the ' },
    {
      text: `heap profile of ${momentText(newest.startedMillis, now)}`,
      href: links.to('/heap-profiles', { id: String(newest.id) }),
    },
    {
      text: `, ${text(share(top.causedBytes / newest.liveBytes))} of what stayed in use was allocated by ${functionWords(top)}.`,
    },
  ];
}

function isTold({ samples, liveBytes }: TakenHeapProfile, top: HeapFunction): boolean {
  return samples >= MIN_SAMPLES && top.causedBytes >= MIN_NAMED * liveBytes;
}

/** `Of what was allocated in 30 s, about 4.1 MB stayed in use: 92 % by remember, src/site/seen.ts:12.` */
function stayed({ seconds, samples, liveBytes, functions }: TakenHeapProfile): string {
  const all = `Of what was allocated in ${seconds} s, about ${text(size(liveBytes))} stayed in use after a full garbage collection`;
  if (samples < MIN_SAMPLES)
    return `${all}: ${plural(samples, 'sample')}, too few to say by which functions. Take a longer one while the blog is used.`;
  const named = functions
    .filter(({ causedBytes }) => causedBytes >= MIN_NAMED * liveBytes)
    .slice(0, MAX_NAMED);
  if (named.length === 0) return `${all}, no tenth of it by one function.`;
  const by = (each: HeapFunction): string =>
    `${text(share(each.causedBytes / liveBytes))} allocated by ${functionWords(each)}${each.origin === 'kit' ? ' (telemetry)' : ''}`;
  return `${all}: ${named.map(by).join('; ')}.`;
}
