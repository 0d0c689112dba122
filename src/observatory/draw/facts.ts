import type { AttributeMap } from '../../../otel/query.ts';
import { html, type Html, type HtmlValue } from '../../markup/html.ts';
import { countText, figure, text, share, type Quantity } from '../../markup/quantity.ts';
import { shortened } from '../format/shortened.ts';
import type { PageView } from '../page.ts';

/** A word and its number, side by side with others. */
export interface Stat {
  readonly label: string;
  readonly value: HtmlValue | Quantity;
  /** Soft, under the number: from how many, of what. */
  readonly note?: HtmlValue;
  readonly tone?: 'failed';
  /** Its course as a small line. */
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

/** Label and value in two columns, hairlines between. */
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

/** Of how many of the counted operations sampling chose to keep the detail; whether it is still held is another matter. */
export function keptNote({ kept, count }: { readonly kept: number; readonly count: number }): Html {
  return html`detail chosen for ${countText(kept)} of ${countText(count)}`;
}

/** A count of failures: a zero is quiet, more is red and says so in the column it stands in. */
export function failedCell(errors: number): HtmlValue {
  return errors === 0
    ? html`<span class="zero">0</span>`
    : html`<span class="tone-failed">${countText(errors)}</span>`;
}

/** Of a name in a row, in characters; its title and its own page have the rest. */
const MAX_NAME = 200;

/** `GET` soft and small before the path; long names wrap rather than widen. */
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

/** A name of words with dots, underscores or slashes, a list: it may break after them, so that it does not break within a word. */
export function breakable(key: string): HtmlValue {
  return key.split(/(?<=[._/,;=])/).map((part, index) => html`${index > 0 && html`<wbr />`}${part}`);
}

/** A word in a small frame. */
export function badge(word: string, tone?: 'failed' | 'slow' | 'quiet'): Html {
  return html`<span class="badge ${tone ?? ''}">${word}</span>`;
}

export function shareText(part: number): string {
  return text(share(part));
}

/** A link to the same page as a spreadsheet reads it. */
export function csvLink(view: PageView): Html {
  return html`<a
    class="quiet-link"
    href="${view.links.to(view.path, { ...view.query, from: undefined, to: undefined, format: 'csv' })}"
    >CSV</a
  >`;
}

/** Attributes in one line, as `key=value`. */
export function inWords(attributes: AttributeMap): Html {
  const words = Object.entries(attributes).map(([key, value]) => `${key}=${String(value)}`);
  return html`${words.length > 0 && html`<code class="id">${words.join(' ')}</code>`}`;
}
