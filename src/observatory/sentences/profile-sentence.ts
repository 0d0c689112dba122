import type { ProfiledFunction, ProfileFacts, TakenProfile } from '../../../otel/query.ts';
import { duration, share, text } from '../../markup/quantity.ts';
import { momentText } from '../format/moment.ts';
import { shortened } from '../format/shortened.ts';
import type { Sentence } from './sentence.ts';

const MAX_NAMED = 3;
/** Less of the busy time is not worth a sentence. */
const MIN_NAMED = 0.05;
const MAX_NAME = 120;

/** `renderMarkdown, src/posts/markdown/render.ts:41` */
export function functionWords({ name, location }: Pick<ProfiledFunction, 'name' | 'location'>): string {
  return `${shortened(name, MAX_NAME)}${location === undefined ? '' : `, ${location}`}`;
}

/** What the newest or chosen profile says, or that one is being taken. */
export function profileSentence(
  facts: Omit<ProfileFacts, 'kept'>,
  shown: TakenProfile | undefined,
  now: number,
): Sentence {
  return askedSentence('profile', facts, shown && spent(shown), now);
}

/** Of any kind of profile. @param said What the shown one says. */
export function askedSentence(
  name: string,
  { running, failed, unavailable }: Pick<ProfileFacts, 'running' | 'failed' | 'unavailable'>,
  said: Sentence | undefined,
  now: number,
): Sentence {
  if (running !== undefined) {
    const end = running.startedMillis + running.seconds * 1000;
    return [{ text: `A ${name} is being taken; it ends at ${momentText(end, now)}.` }];
  }
  const lost: Sentence =
    failed === undefined
      ? []
      : [
          {
            text: `The ${name} of ${momentText(failed.startedMillis, now)} came to nothing: `,
            tone: 'failed',
          },
          { text: `${failed.reason}. ` },
        ];
  if (said !== undefined) return [...lost, ...said];
  return [
    ...lost,
    { text: `No ${name} was taken since the start.` },
    ...(unavailable === undefined ? [] : [{ text: ` None can be taken: ${unavailable}.` }]),
  ];
}

function spent({ busyMillis, idleMillis, durationMillis, functions }: TakenProfile): Sentence {
  const idle = `The process was idle for ${text(duration(idleMillis))} of ${text(duration(durationMillis))}`;
  if (busyMillis === 0) return [{ text: `${idle}: nothing ran.` }];
  const named = functions
    .filter(({ causedMillis }) => causedMillis >= MIN_NAMED * busyMillis)
    .slice(0, MAX_NAMED);
  const words = named.map(
    (each, index) =>
      `${text(share(each.causedMillis / busyMillis))}${index === 0 ? ' of the busy time' : ''} in ${functionWords(each)}`,
  );
  const first = words.length === 0 ? 'No function took a twentieth of the busy time' : words.join('; ');
  return [{ text: `${first}. ${idle}.` }];
}
