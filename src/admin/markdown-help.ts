import { html, type Html } from '../markup/html.ts';

const SIGNS: readonly (readonly [string, string])[] = [
  ['## Heading', 'a heading; more signs, a smaller one'],
  ['*emphasis*, **strong**', 'italic, bold'],
  ['[text](https://example.org)', 'a link'],
  ['![what it shows](/media/name.jpg)', 'a picture with its description'],
  ['![…](/media/name.jpg "words")', 'the same with a caption'],
  ['- item', 'a list; with 1. a numbered one, with - [ ] a list of tasks'],
  ['> text', 'a quotation'],
  ['`code`', 'code in a line'],
  ['```js', 'a block of code in a language, until the next ```'],
  ['| a | b |', 'a table; the second line is |---|---|'],
  [
    '"words" -- ...',
    'quotes, dashes and ellipses as they are printed, unless the settings say otherwise; \\" stays',
  ],
  ['text[^1] … [^1]: note', 'a footnote'],
  ['$x^2$, $$\\sqrt{x}$$', 'formulas in TeX, in a line and by itself, if the settings say so'],
];

/** What the text may contain, folded. */
export function markdownHelp(): Html {
  return html`<details class="help">
    <summary>Markdown</summary>
    <dl>
      ${SIGNS.map(
        ([sign, words]) =>
          html`<dt><code>${sign}</code></dt>
            <dd>${words}</dd>`,
      )}
    </dl>
    <p class="hint">
      Ctrl-S saves, Ctrl-B, Ctrl-I and Ctrl-K mark what is selected, and an address pasted over words links
      them. What is pasted from a web page or a word processor keeps its links, lists, headings and emphasis,
      as Markdown (up to 1 MB of HTML); Ctrl-Shift-V pastes plain text. An empty line begins a paragraph. HTML
      is allowed.
    </p>
  </details>`;
}
