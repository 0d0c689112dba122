import type { AttributeMap } from '../../../otel/query.ts';
import { html, type Html, type HtmlValue } from '../../markup/html.ts';
import { countText, figure, text, share, type Quantity } from '../../markup/quantity.ts';
import { shortened } from '../format/shortened.ts';
import type { PageView } from '../page.ts';
import type { Links, Query } from '../links.ts';
import { pageAddress } from './page-address.ts';
import { explained } from './words.ts';

/** A label with its number. */
export interface Stat {
  readonly label: string;
  readonly value: HtmlValue | Quantity;
  /** A note under the number. */
  readonly note?: HtmlValue;
  readonly tone?: 'failed';
  /** Its values over time, as a sparkline. */
  readonly course?: Html;
}

const isQuantity = (value: HtmlValue | Quantity): value is Quantity =>
  typeof value === 'object' && value !== null && 'unit' in value;

export function stats(items: readonly Stat[]): Html {
  return html`<dl class="stats">
    ${items.map(
      ({ label, value, note, tone, course }) =>
        html`<div>
          <dt>${label}</dt>
          <dd class="${tone === undefined ? 'big' : `big tone-${tone}`}">
            ${isQuantity(value) ? figure(value) : value}
          </dd>
          ${course !== undefined && html`<dd class="course">${course}</dd>`}
          ${note !== undefined && html`<dd class="note">${note}</dd>`}
        </div>`,
    )}
  </dl>`;
}

/** Labels and values in two columns. */
export function factList(rows: readonly (readonly [HtmlValue, HtmlValue])[]): Html {
  return html`<dl class="facts">
    ${rows.map(
      ([label, value]) =>
        html`<div>
          <dt>${label}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

/** How many of the counted operations sampling keeps. @param gone Of these, how many are no longer held, where that is known. */
export function keptNote(
  { kept, count }: { readonly kept: number; readonly count: number },
  links: Links,
  gone = 0,
): Html {
  return html`detail of ${countText(kept)} of ${countText(count)}
  ${explained('kept', links)}${gone > 0 && html`, ${countText(gone)} ${explained('no longer held', links)}`}`;
}

/** A count of failures: zero is muted, more is red. */
export function failedCell(errors: number): HtmlValue {
  return errors === 0
    ? html`<span class="zero">0</span>`
    : html`<span class="tone-failed">${countText(errors)}</span>`;
}

/** Limit of a name in a row, in characters; its title and its page have the rest. */
const MAX_NAME = 200;

/** A series' name with a muted `GET`; long names wrap. */
export function seriesName(whole: string, href?: string): Html {
  const name = shortened(whole, MAX_NAME);
  const title = name !== whole && html` title="${shortened(whole, 1000)}"`;
  const match = /^([A-Z]{3,7}) (\/.*)$/s.exec(name);
  const shown =
    match === null
      ? html`<bdi>${name}</bdi>`
      : html`<span class="method">${match[1]}</span> <bdi>${match[2]}</bdi>`;
  return href === undefined
    ? html`<span class="name" ${title}>${shown}</span>`
    : html`<a class="name" href="${href}" ${title}>${shown}</a>`;
}

/** Allows line breaks after dots, underscores, slashes and commas, so that no word is broken. */
export function breakable(key: string): HtmlValue {
  return key.split(/(?<=[._/,;=])/).map((part, index) => html`${index > 0 && html`<wbr />`}${part}`);
}

/** Allows line breaks between the parts of an address: browsers break at no slash, but within words. */
export function breakablePath(path: string): HtmlValue {
  return path.split(/(?<=[^/])(?=[/?&])/).map((part, index) => html`${index > 0 && html`<wbr />`}${part}`);
}

/** A small framed label. */
export function badge(word: string, tone?: 'failed' | 'slow' | 'quiet'): Html {
  return html`<span class="badge ${tone ?? ''}">${word}</span>`;
}

export function shareText(part: number): string {
  return text(share(part));
}

/** A link to the page as CSV. */
export function csvLink(view: PageView, words = 'CSV', changed: Query = {}): Html {
  return html`<a
    class="quiet-link"
    href="${pageAddress(view, { part: undefined, format: 'csv', ...changed })}"
    >${words}</a
  >`;
}

/** Attributes on one line, as `key=value`. */
export function inWords(attributes: AttributeMap): Html {
  const words = Object.entries(attributes).map(([key, value]) => `${key}=${String(value)}`);
  return html`${words.length > 0 && html`<code class="id">${words.join(' ')}</code>`}`;
}
