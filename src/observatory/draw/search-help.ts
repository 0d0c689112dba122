import { html, type Html } from '../../markup/html.ts';
import type { PageView } from '../page.ts';

/** Examples of terms, and what each of them means. */
export type SearchHelp = readonly (readonly [examples: readonly string[], meaning: string])[];

/** What can be asked, folded; each example is a link that asks it. */
export function searchHelp(path: string, note: string, terms: SearchHelp, { links }: PageView): Html {
  return html`<details class="search-help">
    <summary>what can be asked</summary>
    <p class="note">${note}</p>
    <dl>
      ${terms.map(
        ([examples, meaning]) =>
          html`<div>
            <dt>
              ${examples.map((example) => html`<a href="${links.to(path, { q: example })}"><code>${example}</code></a> `)}
            </dt>
            <dd>${meaning}</dd>
          </div>`,
      )}
    </dl>
  </details>`;
}
