import { html, type Html } from '../../views/html.ts';
import { shortened } from '../format/shortened.ts';

/** What a row shows of a text, in characters; its title has more, its page all. */
const MAX_SHOWN = 160;
const MAX_TITLE = 1000;
/** Where what a statement asks for ends and under which conditions begins. */
const CONDITIONS = /(?: WHERE | ON CONFLICT | SET | GROUP BY | ORDER BY | LIMIT | VALUES ?(?=\())/i;

/** A series of statements as far as its row names it. */
export interface NamedStatement {
  readonly name: string;
  readonly summary?: string | undefined;
  readonly text?: string | undefined;
}

/**
 * By series what tells its text apart, in a few words: its conditions, or, where another statement of the same summary has the same, all
 * behind what they have in common.
 */
export function tellApart(rows: readonly NamedStatement[]): ReadonlyMap<string, string> {
  const groups = Map.groupBy(
    rows.filter(({ text }) => text !== undefined),
    ({ summary, text }) => `${summary}\n${conditionsOf(text!)}`,
  );
  return new Map(
    [...groups.values()].flatMap((group) => {
      const start = group.length === 1 ? 0 : commonWords(group.map(({ text }) => text!));
      return group.map(({ name, text }): [string, string] => [
        name,
        group.length === 1 ? conditionsOf(text!) : `${start > 0 ? '… ' : ''}${text!.slice(start)}`,
      ]);
    }),
  );
}

/** From the first condition on; a statement without any is told whole. */
export function conditionsOf(text: string): string {
  const at = CONDITIONS.exec(text)?.index;
  return at === undefined ? text : text.slice(at).trimStart();
}

/** Length of what all texts begin with, to the last whole word. */
function commonWords(texts: readonly string[]): number {
  const [first = '', ...others] = texts;
  let length = 0;
  while (length < first.length && others.every((text) => text[length] === first[length])) length++;
  return first.lastIndexOf(' ', length - 1) + 1;
}

/** Summary, and behind it in one line what tells the text apart. */
export function statementName(row: NamedStatement, words: string | undefined, href: string): Html {
  const { name, summary = name, text } = row;
  return html`<a class="name statement-name" href="${href}" title="${shortened(text ?? name, MAX_TITLE)}"
    ><b><bdi>${shortened(summary, MAX_SHOWN)}</bdi></b
    >${
      words !== undefined &&
      words !== summary &&
      html` <code><bdi>${shortened(words, MAX_SHOWN)}</bdi></code>`
    }</a
  >`;
}
