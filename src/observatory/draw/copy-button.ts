import { html, type Html } from '../../markup/html.ts';

/** Copies the text of the element with that id; shown by the script, where the browser gives pages the clipboard. */
export function copyButton(id: string, what: string): Html {
  return html` <button type="button" class="copy" data-copy="${id}" hidden>
    Copy<span class="visually-hidden"> ${what}</span>
  </button>`;
}
