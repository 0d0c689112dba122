import { html, type Html } from '../../markup/html.ts';

/** Copies the text of the element with that id; the script shows it if the browser allows clipboard access. */
export function copyButton(id: string, what: string): Html {
  return html` <button type="button" class="copy" data-copy="${id}" hidden>
    Copy<span class="visually-hidden"> ${what}</span>
  </button>`;
}
