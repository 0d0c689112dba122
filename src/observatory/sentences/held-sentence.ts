import { countText } from '../../markup/quantity.ts';
import type { HeldRequests } from '../facts/held-requests.ts';
import type { Links } from '../links.ts';
import type { Sentence } from './sentence.ts';

/** The same words on each page that says what is kept; empty while every kept request is still held. @param when `in the last hour`. */
export function heldSentence(requests: HeldRequests | undefined, when: string, links: Links): Sentence {
  if (requests === undefined || requests.gone === 0) return [];
  const { kept, gone, removed, isByAge } = requests;
  const lost = gone - removed;
  const made = `made room for newer ones${isByAge ? ' or were too old' : ''}`;
  const ended = 'the process ended, or memory was full, before the disk had taken them';
  const why =
    lost === 0
      ? `they ${made}`
      : removed === 0
        ? ended
        : `${countText(removed)} ${made}; of ${countText(lost)}, ${ended}`;
  return [
    { text: ` Of ${countText(kept)} requests kept ${when}, ` },
    { text: `${countText(gone)} ${gone === 1 ? 'is' : 'are'} no longer held`, href: links.to('/buffer') },
    { text: `: ${why}.` },
  ];
}
