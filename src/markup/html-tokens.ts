import { createRequire } from 'node:module';
import { decodeHTMLAttribute, escapeAttribute } from 'entities';
import type * as HtmlParser from 'htmlparser2';

// Not imported: sanitize-html requires it, and Jest cannot load a module both ways in one graph.
export const { Parser, QuoteType, Tokenizer } = createRequire(import.meta.url)(
  'htmlparser2',
) as typeof HtmlParser;

/** What `readHtml` reports, in the order of the text; names are in lower case. */
export interface HtmlReader {
  /** An attribute that has a value: `html.slice(start, end)`, without quotes, character references as written. */
  readonly attribute?: (name: string, start: number, end: number, isQuoted: boolean) => void;
  /** A tag, after its attributes. */
  readonly tag?: (name: string, isClosing: boolean) => void;
  /** Text outside of tags, character references as written. */
  readonly text?: (text: string) => void;
}

/** In these, `<title>`, `<style>` and `<script>` hold markup as other elements do; the others lead back to HTML (HTML 13.2.6.5). */
const FOREIGN: ReadonlySet<string> = new Set(['svg', 'math']);
const BACK_TO_HTML: ReadonlySet<string> = new Set(['foreignobject', 'desc', 'title', 'annotation-xml']);

/**
 * Reads HTML as browsers do, in time linear in its length whatever is in it: comments and raw text (`script`, `style`, `textarea`, …) hold no
 * tags. Uses the library's tokenizer alone, since its parser keeps the open elements and searches them at each end tag.
 */
export function readHtml(html: string, reader: HtmlReader): void {
  const contexts: string[] = [];
  const isForeign = (): boolean => FOREIGN.has(contexts.at(-1) ?? '');
  let element = '';
  let name = '';
  let start = 0;
  let end = 0;
  const ignored = (): void => {};
  const tokenizer = new Tokenizer(
    { decodeEntities: false },
    {
      onopentagname: (from, to) => void (element = html.slice(from, to).toLowerCase()),
      onattribname: (from, to) => void (name = html.slice(from, to).toLowerCase()),
      onattribdata(from, to) {
        start = from;
        end = to;
      },
      onattribend(quote) {
        if (quote !== QuoteType.NoValue) reader.attribute?.(name, start, end, quote !== QuoteType.Unquoted);
      },
      onopentagend() {
        if (FOREIGN.has(element) || (isForeign() && BACK_TO_HTML.has(element))) contexts.push(element);
        reader.tag?.(element, false);
      },
      onselfclosingtag: () => reader.tag?.(element, false),
      onclosetag(from, to) {
        const closed = html.slice(from, to).toLowerCase();
        if (contexts.at(-1) === closed) contexts.pop();
        reader.tag?.(closed, true);
      },
      ontext: (from, to) => reader.text?.(html.slice(from, to)),
      isInForeignContext: isForeign,
      onattribentity: ignored,
      oncdata: ignored,
      oncomment: ignored,
      ondeclaration: ignored,
      onend: ignored,
      onprocessinginstruction: ignored,
      ontextentity: ignored,
    },
  );
  tokenizer.write(html);
  tokenizer.end();
}

/**
 * HTML in which the values of some attributes are replaced; all else stays byte for byte. Values come and go as they are meant, without
 * quotes and character references.
 */
export function mapAttributes(
  html: string,
  isWanted: (name: string) => boolean,
  map: (value: string, name: string) => string,
): string {
  let written = '';
  let copied = 0;
  readHtml(html, {
    attribute(name, start, end, isQuoted) {
      if (!isWanted(name)) return;
      const value = decodeHTMLAttribute(html.slice(start, end));
      const mapped = map(value, name);
      if (mapped === value) return;
      const quotes = isQuoted ? 1 : 0;
      written += `${html.slice(copied, start - quotes)}"${escapeAttribute(mapped)}"`;
      copied = end + quotes;
    },
  });
  return written + html.slice(copied);
}
