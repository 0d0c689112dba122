import { summaryOfSeries } from '../../../otel/kit.ts';

/** Characters visible in any table: if texts differ only later, the shown part must start later. */
const SEEN = 24;
/** Quoted names, brackets, and the start of a statement's conditions. */
const PART =
  /"[^"]*"?|`[^`]*`?|\[[^\]]*\]?|[()]| (?:WHERE|ON CONFLICT|SET|GROUP BY|ORDER BY|LIMIT)(?= )| VALUES(?= ?\()/gi;

/** Appended where a text was cut, so that two with one beginning are two series. */
const HASH = /…[0-9a-f]{8}$/;

/** The text of a statement as shown: to a reader, the hash of a cut one says nothing. */
export function withoutHash(text: string): string {
  return text.replace(HASH, '…');
}

/** The parts of a statement series that name it. */
export interface NamedStatement {
  readonly name: string;
  readonly summary?: string | undefined;
  readonly text?: string | undefined;
}

/**
 * Returns, by series, a few words that distinguish its text: its conditions, or the part of them that no other statement of the same
 * summary has. In sorted order, the most similar text is a neighbour.
 */
export function tellApart(rows: readonly NamedStatement[]): ReadonlyMap<string, string> {
  const sorted = rows
    .filter(({ text }) => text !== undefined)
    .map(({ name, summary = '', text }) => ({ name, summary, words: `${conditionsOf(text!)}\n${text}` }))
    .sort((a, b) => (`${a.summary}\n${a.words}` < `${b.summary}\n${b.words}` ? -1 : 1));
  return new Map(
    sorted.map(({ name, summary, words }, at): [string, string] => {
      const alike = [sorted[at - 1], sorted[at + 1]].map((other) =>
        other?.summary === summary ? commonLength(words, other.words) : 0,
      );
      const start = Math.max(...alike);
      // The conditions, or the text after them if the conditions are equal.
      const [conditions = '', text] = words.split('\n');
      const cut = start < Math.min(SEEN, conditions.length) ? 0 : words.lastIndexOf(' ', start - 1) + 1;
      const shown =
        cut < conditions.length ? conditions.slice(cut) : text!.slice(cut - conditions.length - 1);
      return [name, `${cut > 0 ? '… ' : ''}${shown}`];
    }),
  );
}

/**
 * The text after WHERE, or from the first other condition; the whole statement if it has none. Those in brackets belong to a subquery or to a common
 * table expression.
 */
export function conditionsOf(text: string): string {
  let depth = 0;
  for (const { 0: part, index } of text.matchAll(PART)) {
    if (part === '(') depth++;
    else if (part === ')') depth--;
    else if (depth === 0 && part.startsWith(' ')) return text.slice(index).replace(/^ (?:WHERE )?/i, '');
  }
  return text;
}

/** A whole statement without what its summary has just said: `SELECT` `total_changes()`, and `SELECT posts` `count(*) FROM posts`. */
export function withoutSummary(words: string, summary: string): string {
  const [verb = ''] = summary.split(' ');
  const said = [summary, verb].find((each) => words.toUpperCase().startsWith(`${each} `.toUpperCase()));
  return said === undefined ? words : words.slice(said.length).trimStart();
}

/** Names a statement where its series alone is known, as tables do: by its summary and conditions. */
export function statementText(series: string): string {
  const summary = summaryOfSeries(series);
  return withoutHash(
    summary === series ? series : `${summary} ${withoutSummary(conditionsOf(series), summary)}`,
  );
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
