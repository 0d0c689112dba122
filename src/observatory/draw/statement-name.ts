import type { OperationType } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { shortened } from '../format/shortened.ts';
import { shownName } from '../format/shown-name.ts';
import { conditionsOf, type NamedStatement, withoutHash, withoutSummary } from '../format/statement-words.ts';
import { seriesName } from './facts.ts';

/** Limit of a statement's text in a row, in characters; its title has more, its page all. */
const MAX_SHOWN = 160;
const MAX_TITLE = 1000;
/** Names a statement by its summary (the name of its spans) and conditions; anything else by `otherName`. */
export function operationName(
  operation: { readonly type: OperationType; readonly name: string; readonly series: string },
  href: string,
  otherName = shownName(operation),
): Html {
  const { type, name, series } = operation;
  return type === 'database'
    ? statementName({ name: series, summary: name }, conditionsOf(series), href)
    : seriesName(otherName, href);
}

/** The summary, followed by what distinguishes the text. */
export function statementName(row: NamedStatement, words: string | undefined, href: string): Html {
  const { name, summary = name, text } = row;
  return html`<a
    class="name statement-name"
    href="${href}"
    title="${shortened(withoutHash(text ?? name), MAX_TITLE)}"
    ><b><bdi>${shortened(withoutHash(summary), MAX_SHOWN)}</bdi></b
    >${
      words !== undefined &&
      words !== summary &&
      html` <code><bdi>${shortened(withoutHash(withoutSummary(words, summary)), MAX_SHOWN)}</bdi></code>`
    }</a
  >`;
}
