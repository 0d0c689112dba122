import { decodeHTML } from 'entities';
import { readHtml } from '../../markup/html-tokens.ts';

const BLOCKS: ReadonlySet<string> = new Set(
  'p div h1 h2 h3 h4 h5 h6 li ul ol pre table tr td th blockquote figure figcaption section details summary br hr dl dt dd'.split(
    ' ',
  ),
);
/** Our own marks of headings and footnotes, which are not text. */
const SIGNS: ReadonlySet<string> = new Set(['heading-anchor', 'footnote-backref', 'footnote-ref']);
const UNSEEN: ReadonlySet<string> = new Set(['script', 'style', 'template', 'title']);
/** Reading speed of technical prose, in words per minute. */
const WORDS_PER_MINUTE = 230;

/** The visible text of rendered HTML, for search and word counts, with line breaks between blocks. */
export function plainText(html: string): string {
  let text = '';
  let left: string | undefined;
  let isSign = false;
  readHtml(html, {
    attribute(name, start, end) {
      if (name === 'class' && SIGNS.has(html.slice(start, end))) isSign = true;
    },
    tag(name, isClosing) {
      if (left === undefined && !isClosing && (isSign || UNSEEN.has(name))) left = name;
      else if (left === name && isClosing) left = undefined;
      else if (BLOCKS.has(name)) text += '\n';
      isSign = false;
    },
    text(part) {
      if (left === undefined) text += decodeHTML(part.replace(/\s+/g, ' '));
    },
  });
  return text
    .split('\n')
    .map((line) => line.replace(/ +/g, ' ').trim())
    .filter((line) => line !== '')
    .join('\n');
}

/** Words; in scripts written without spaces two characters count as one. */
export function countWords(text: string): number {
  const unspaced =
    text.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/gu)?.length ?? 0;
  const spaced = text.match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}'’_-]*/gu) ?? [];
  const words =
    unspaced === 0
      ? spaced.length
      : spaced.filter(
          (word) => !/^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(word),
        ).length;
  return words + Math.ceil(unspaced / 2);
}

/** Whole minutes, at least 1. */
export function readingMinutes(words: number): number {
  return Math.max(1, Math.round(words / WORDS_PER_MINUTE));
}

/** At most `maxCharacters`, cut between words with an ellipsis. */
export function shorten(text: string, maxCharacters: number): string {
  const line = text.replace(/[^\S\u00a0\u202f]+/g, ' ').trim();
  if (line.length <= maxCharacters) return line;
  const cut = line.slice(0, maxCharacters);
  const space = cut.lastIndexOf(' ');
  // The cut may leave a lone surrogate.
  return `${(space > maxCharacters / 2 ? cut.slice(0, space) : cut).replace(/[\s,;:.\ud800-\udbff]+$/, '')}…`;
}
