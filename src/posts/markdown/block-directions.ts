import { RIGHT_TO_LEFT_LETTER } from '../../markup/text-direction.ts';

/** An element that can have a direction, with the letters below it. */
interface Block {
  readonly name: string;
  /** Where ` dir="…"` would stand. */
  readonly at: number;
  readonly parent: Block | undefined;
  readonly isGiven: boolean;
  isLtr: boolean;
  isRtl: boolean;
}

const BLOCKS: ReadonlySet<string> = new Set(
  'address article aside blockquote caption center dd details div dl dt figcaption figure h1 h2 h3 h4 h5 h6 li ol p section summary td th ul'.split(
    ' ',
  ),
);
/** In these, the list or the table decides about sides and columns; the class lets the style sheet turn the text alone. */
const OF_LISTS_AND_TABLES: ReadonlySet<string> = new Set(['li', 'td', 'th']);
/** Left to right in every language. */
const NOT_TEXT: ReadonlySet<string> = new Set(['pre', 'code', 'kbd', 'samp', 'math', 'svg']);

const TAGS = /<(\/?)([a-z][a-z0-9-]*)([^<>]*)>/gi;
const REFERENCES = /&[a-z0-9#]+;/gi;
const GIVEN = /\sdir="/i;
const LETTERS = /\p{L}/gu;

/**
 * Gives blocks whose letters all have one direction that direction, in a text that has both: an English paragraph of a Hebrew post keeps its
 * full stop at its end. A paragraph with letters of both has the direction of its page, whatever it begins with. Takes linear time.
 *
 * @param html As sanitize-html writes it: an unescaped `>` only ends tags, and each element is closed.
 */
export function withBlockDirections(html: string): string {
  if (!RIGHT_TO_LEFT_LETTER.test(html)) return html;
  let written = '';
  let copied = 0;
  const settled = new Set<Block>();
  for (const block of blocksOf(html)) {
    const isInSettled = block.parent !== undefined && settled.has(block.parent);
    const isMarked = !isInSettled && !block.isGiven && block.isLtr !== block.isRtl;
    const isTextAlone = OF_LISTS_AND_TABLES.has(block.name);
    if (isInSettled || block.isGiven || (isMarked && !isTextAlone)) settled.add(block);
    if (!isMarked) continue;
    const mark = ` dir="${block.isLtr ? 'ltr' : 'rtl'}"${isTextAlone ? ' data-text-dir' : ''}`;
    written += html.slice(copied, block.at) + mark;
    copied = block.at;
  }
  return written + html.slice(copied);
}

/** The blocks in the order in which they begin. */
function blocksOf(html: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: Block | undefined;
  let notText = 0;
  let end = 0;
  for (const tag of html.matchAll(TAGS)) {
    if (notText === 0 && open !== undefined) addLetters(open, html.slice(end, tag.index));
    end = tag.index + tag[0].length;
    const [, slash, name = '', attributes = ''] = tag;
    if (NOT_TEXT.has(name)) notText += slash === '' ? 1 : -1;
    if (!BLOCKS.has(name) || notText > 0) continue;
    if (slash === '') {
      open = { name, at: end - 1, parent: open, isGiven: GIVEN.test(attributes), isLtr: false, isRtl: false };
      blocks.push(open);
    } else if (open !== undefined) {
      if (open.parent !== undefined) {
        open.parent.isLtr ||= open.isLtr;
        open.parent.isRtl ||= open.isRtl;
      }
      open = open.parent;
    }
  }
  return blocks;
}

function addLetters(block: Block, written: string): void {
  for (const [letter] of written.replaceAll(REFERENCES, '').matchAll(LETTERS)) {
    if (block.isLtr && block.isRtl) return;
    if (RIGHT_TO_LEFT_LETTER.test(letter)) block.isRtl = true;
    else block.isLtr = true;
  }
}
