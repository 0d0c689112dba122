import { html, type Html } from '../../markup/html.ts';
import { shortened } from '../format/shortened.ts';

/** A part of a sentence: plain text, or a link to its evidence. `tone` never carries meaning alone. */
export interface SentencePart {
  readonly text: string;
  readonly href?: string;
  /** Less important: shown smaller, after the rest. */
  readonly aside?: true;
  readonly tone?: 'good' | 'failed' | 'http' | 'database' | 'render' | 'other';
}
export type Sentence = readonly SentencePart[];

/** Limit of a link's text, in characters. */
const MAX_LINKED = 100;
const MAX_TITLE = 1000;

/** The sentence as text, for JSON, titles and tests. */
export function sentenceText(sentence: Sentence): string {
  return sentence
    .map((part) => part.text)
    .join('')
    .replaceAll('\u00a0', ' ');
}

export function drawSentence(sentence: Sentence): Html {
  const asides = sentence.filter((part) => part.aside);
  return html`<p class="sentence">${sentence.filter((part) => !part.aside).map(drawPart)}</p>
    ${asides.length > 0 && html`<p class="sentence aside">${asides.map(drawPart)}</p>`}`;
}

/** A whole sentence of which the first words lead to its evidence: all of it would be cut as a link. */
export function ledBy(words: string, href: string): Sentence {
  const [first = '', second = '', ...rest] = words.split(' ');
  return [
    { text: `${first} ${second}`.trim(), href },
    { text: rest.length === 0 ? '' : ` ${rest.join(' ')}` },
  ];
}

/** A part by itself. */
export function drawPart(part: SentencePart): Html {
  const tone = part.tone === undefined ? '' : `tone-${part.tone}`;
  // A long name is shown in full on the page it links to.
  if (part.href !== undefined && part.text.length > MAX_LINKED)
    return html`<a class="${tone}" href="${part.href}" title="${shortened(part.text, MAX_TITLE)}"
      >${shortened(part.text, MAX_LINKED)}</a
    >`;
  if (part.href !== undefined) return html`<a class="${tone}" href="${part.href}">${part.text}</a>`;
  return tone === '' ? html`${part.text}` : html`<span class="${tone}">${part.text}</span>`;
}

/** `; first by p95 is /search`, of a table in an order that was asked for. */
export function orderWords<Row>(
  first: { readonly row: Row; readonly by: string } | undefined,
  name: (row: Row) => SentencePart,
): Sentence {
  return first === undefined ? [] : [{ text: `; first by ${first.by} is ` }, name(first.row)];
}

/** Shortens `GET /search` to `/search`; other methods stay. */
export function shortRoute(name: string): string {
  return name.startsWith('GET /') ? name.slice(4) : name;
}

/** `1 trace`, `1,204 traces`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
