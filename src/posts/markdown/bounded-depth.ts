import type * as HtmlParser from 'htmlparser2';
import { Tokenizer } from '../../markup/html-tokens.ts';

/** Open elements at once; the parser searches all of them at each end tag. Browsers stop at 512, too. */
const MAX_OPEN = 512;
/** Always opened, as the tokenizer reads their content as text. */
const RAW_TEXT = /^(?:script|style|textarea|title|iframe|noembed|noframes|xmp|plaintext)$/i;

/** Options for sanitize-html, or of a parser and its handler. */
interface BoundedDepth {
  readonly onOpenTag: () => void;
  readonly onCloseTag: () => void;
  readonly parser: HtmlParser.ParserOptions;
}

/** Keeps the parser linear in `html`: start tags below MAX_OPEN elements are dropped, their content stays. */
export function boundedDepth(html: string): BoundedDepth {
  let open = 0;
  const isDropped = (start: number, end: number): boolean =>
    open >= MAX_OPEN && !RAW_TEXT.test(html.slice(start, end));
  return {
    onOpenTag: () => void open++,
    onCloseTag: () => void open--,
    parser: {
      Tokenizer: class extends Tokenizer {
        constructor(options: HtmlParser.ParserOptions, parser: HtmlParser.TokenizerCallbacks) {
          super(options, withoutDropped(parser, isDropped));
        }
      },
    },
  };
}

/** Passes everything on to the parser, but for start tags that are dropped and their attributes. */
function withoutDropped(
  parser: HtmlParser.TokenizerCallbacks,
  isDropped: (start: number, end: number) => boolean,
): HtmlParser.TokenizerCallbacks {
  let isInDropped = false;
  return {
    onopentagname(start, end) {
      isInDropped = isDropped(start, end);
      if (!isInDropped) parser.onopentagname(start, end);
    },
    onattribname: (start, end) => void (isInDropped || parser.onattribname(start, end)),
    onattribdata: (start, end) => void (isInDropped || parser.onattribdata(start, end)),
    onattribentity: (codePoint) => void (isInDropped || parser.onattribentity(codePoint)),
    onattribend: (quote, end) => void (isInDropped || parser.onattribend(quote, end)),
    onopentagend: (end) => void (isInDropped || parser.onopentagend(end)),
    onselfclosingtag: (end) => void (isInDropped || parser.onselfclosingtag(end)),
    onclosetag: (start, end) => parser.onclosetag(start, end),
    ontext: (start, end) => parser.ontext(start, end),
    ontextentity: (codePoint, end) => parser.ontextentity(codePoint, end),
    oncdata: (start, end, offset) => parser.oncdata(start, end, offset),
    oncomment: (start, end, offset) => parser.oncomment(start, end, offset),
    ondeclaration: (start, end) => parser.ondeclaration(start, end),
    onprocessinginstruction: (start, end) => parser.onprocessinginstruction(start, end),
    onend: () => parser.onend(),
    isInForeignContext: () => parser.isInForeignContext?.() ?? false,
  };
}
