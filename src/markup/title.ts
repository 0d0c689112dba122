import { html, type Html } from './html.ts';

/** A part of a title; search hits are marked. */
export interface TitlePiece {
  readonly text: string;
  readonly hit: boolean;
}

/**
 * A title as HTML, isolated from the text around it: one in another direction, or with controls of direction, reorders nothing outside of it.
 * Text between two backticks becomes code, as in Markdown. A single backtick is a plain character.
 */
export function titleHtml(title: string | readonly TitlePiece[]): Html {
  const pieces = typeof title === 'string' ? [{ text: title, hit: false }] : title;
  const runs = runsOf(pieces).map(({ isCode, parts }) => {
    const shown = parts.map(({ text, hit }) => (hit ? html`<mark>${text}</mark>` : text));
    return isCode ? html`<code>${shown}</code>` : html`${shown}`;
  });
  return html`<bdi>${runs}</bdi>`;
}

/** Characters of a title that fit on three lines of a phone at full size, and on five at the next one. */
const LONG_TITLE = 60;
const LONGEST_TITLE = 120;
/** As wide as two Latin letters. */
const WIDE_LETTER = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;

/** The classes of a title by its length; it steps down in size (src/public/reader/parts.css). None for most. */
export function titleClasses(title: string): readonly string[] {
  const text = titleText(title);
  const width = text.length + (text.match(WIDE_LETTER)?.length ?? 0);
  if (width <= LONG_TITLE) return [];
  return [width <= LONGEST_TITLE ? 'long-title' : 'longest-title'];
}

/** A title as plain text, without backticks around code: for a tab, a feed, a label. */
export function titleText(title: string): string {
  return runsOf([{ text: title, hit: false }])
    .map(({ parts }) => parts.map(({ text }) => text).join(''))
    .join('');
}

interface Run {
  readonly isCode: boolean;
  readonly parts: TitlePiece[];
}

function runsOf(pieces: readonly TitlePiece[]): readonly Run[] {
  const whole = pieces.map(({ text }) => text).join('');
  const ends = [...whole.matchAll(/`[^`]+`/g)].flatMap(({ 0: code, index }) => [
    index,
    index + code.length - 1,
  ]);
  const runs: Run[] = [{ isCode: false, parts: [] }];
  let from = 0;
  for (const { text, hit } of pieces) {
    const until = from + text.length;
    while (ends[0] !== undefined && ends[0] < until) {
      const at = ends.shift()!;
      runs.at(-1)!.parts.push({ text: whole.slice(from, at), hit });
      runs.push({ isCode: !runs.at(-1)!.isCode, parts: [] });
      from = at + 1;
    }
    runs.at(-1)!.parts.push({ text: whole.slice(from, until), hit });
    from = until;
  }
  return runs
    .map(({ isCode, parts }) => ({ isCode, parts: parts.filter(({ text }) => text !== '') }))
    .filter(({ parts }) => parts.length > 0);
}
