import { isBrowserName, scannerIn } from '../../../otel/kit.ts';
import type { TopRow, TopRows } from '../../../otel/query.ts';
import { html, type Html, type HtmlValue } from '../../markup/html.ts';
import { countText } from '../../markup/quantity.ts';
import { hasLeader, rangeText } from '../facts/top-lines.ts';

/** What values of one row are called. */
export interface ValueWords {
  /** For requests without a value, after their number. */
  readonly none: string;
  /** For requests with other values, after their number. */
  readonly others: string;
  /** If there is no value at all. */
  readonly empty: string;
  /** Values that are named. */
  readonly most: number;
}

export const REFERRER_VALUES: ValueWords = {
  none: 'without',
  others: 'from others',
  empty: 'no referrer',
  most: 4,
};
export const CLIENT_VALUES: ValueWords = {
  none: 'unknown',
  others: 'of others',
  empty: 'not known',
  most: 4,
};
const AGENT_VALUES: ValueWords = { none: 'unknown', others: 'of others', empty: 'not known', most: 4 };
export const ADDRESS_VALUES: ValueWords = { none: 'unknown', others: 'others', empty: 'not known', most: 4 };

/** The values of a row with their counts, the most frequent first, and how many requests are left; some of these may be of a value with a range. */
export function countedValues(
  { rows, none, others }: TopRows,
  words: ValueWords,
  show: (value: string) => HtmlValue,
): Html {
  if (rows.length === 0 && others === 0) return html`<span class="zero">${words.empty}</span>`;
  const named = rows.slice(0, words.most);
  const left = rows.slice(words.most).reduce((sum, { count }) => sum + count, others);
  const rest = [
    none > 0 && `${countText(none)} ${words.none}`,
    left > 0 && `${countText(left)} ${leftWords(named, hasLeader({ rows, others }), words)}`,
  ].filter((part) => part !== false);
  return html`<span class="referrers"
    >${named.map((row, index) => html`${index > 0 && html`<br />`}${show(row.value)} <span class="unit">× ${rangeText(row.count, row.missed)}</span>`)}${rest.length > 0 && html`${named.length > 0 && html`<br />`}<span class="unit">${rest.join(', ')}</span>`}</span
  >`;
}

function leftWords(named: readonly TopRow[], isLed: boolean, { others }: ValueWords): string {
  if (named.length === 0) return 'not known';
  if (named.every(({ isExact }) => isExact)) return others;
  return `${others.replace('others', 'these or others')}${isLed ? '' : ', which may be more frequent'}`;
}

/** Names of user agents; bots and other programs are marked, and scanners that call themselves browsers. */
export function agentValues(agents: TopRows): Html {
  return countedValues(agents, AGENT_VALUES, markedAgent);
}

/** After a client, if all its user agents that are counted are a scanner's. */
export function scannerWords({ rows }: TopRows): string {
  const isScanner = rows.length > 0 && rows.every(({ value }) => scannerIn(value) !== undefined);
  return isScanner ? ': a scanner that calls itself a browser' : '';
}

function markedAgent(name: string): Html {
  if (name === 'none') return html`<span class="quiet-words">no user agent</span>`;
  const browser = scannerIn(name);
  if (browser !== undefined) return html`<bdi>${browser}</bdi> <span class="quiet-words">scanner</span>`;
  return html`<bdi>${name}</bdi>${!isBrowserName(name) && html` <span class="quiet-words">bot</span>`}`;
}

/** The same in a cell of a file: `Firefox 3; Googlebot 2 to 5`. */
export function valuesText({ rows }: TopRows): string {
  return rows
    .map(({ value, count, missed }) => `${value} ${missed === 0 ? count : `${count} to ${count + missed}`}`)
    .join('; ');
}
