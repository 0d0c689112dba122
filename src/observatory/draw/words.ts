import { html, type Html } from '../../markup/html.ts';
import type { Links } from '../links.ts';

/** Words that these pages use in one sense, and what they mean. */
export const WORDS = {
  counted:
    'Each operation is in the counts, failures and durations of these pages, whether or not its detail is kept: they are no estimates.',
  kept: 'Not only counted: sampling keeps its detail, the trace with its spans, attributes and log lines, by a rate, by a rule, or because it failed or was slow.',
  held: 'Kept, and still here: in memory or on disk, until it is too old or makes room for a newer one.',
  'no longer held':
    'Kept, and removed since, to make room or by its age (evicted), or lost before it was on disk. Its counts stay; it is neither listed nor found.',
  dropped: 'Counted, and nothing else.',
  ordinary: 'Neither failed nor slow nor kept by a rule: kept at the rate of its type.',
  blocked:
    'The event loop runs one thing at a time: while it is blocked, nothing is answered. Each such time is a stall.',
  floor:
    'What is in use right after a full garbage collection: memory that grows there is not released. Between collections it always rises.',
} as const;

const WORDS_ID = 'words';

/** A word where it stands first, with its meaning, which is also on the page of keys and words. */
export function explained(word: keyof typeof WORDS, links: Links): Html {
  return html`<a class="explained" href="${links.to('/keys')}#${WORDS_ID}" title="${WORDS[word]}"
    >${word}</a
  >`;
}

export function wordsAddress(links: Links): string {
  return `${links.to('/keys')}#${WORDS_ID}`;
}

/** All of them. */
export function wordList(words: readonly { readonly word: string; readonly meaning: string }[]): Html {
  return html`<dl class="facts words" id="${WORDS_ID}">
    ${words.map(
      ({ word, meaning }) =>
        html`<div>
          <dt>${word}</dt>
          <dd>${meaning}</dd>
        </div>`,
    )}
  </dl>`;
}
