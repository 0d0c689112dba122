import { html, type Html } from './html.ts';

/** A part of a title; search hits are marked. */
export interface TitlePiece {
  readonly text: string;
  readonly hit: boolean;
}

/** A title as HTML: text between two backticks becomes code, as in Markdown. A single backtick is a plain character. */
export function titleHtml(title: string | readonly TitlePiece[]): Html {
  const pieces = typeof title === 'string' ? [{ text: title, hit: false }] : title;
  return html`${runsOf(pieces).map(({ isCode, parts }) => {
    const shown = parts.map(({ text, hit }) => (hit ? html`<mark>${text}</mark>` : text));
    return isCode ? html`<code>${shown}</code>` : html`${shown}`;
  })}`;
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
