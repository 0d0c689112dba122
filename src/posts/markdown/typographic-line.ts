import MarkdownItFactory, { type MarkdownIt } from 'markdown-it';
import { autolinksOfGfm } from './markdown-parser.ts';
import { typographer } from './typographer.ts';

/** What may change: other lines, most of all, are not parsed. */
const MAY_CHANGE = /["'«»;!?:]|--|\.{3}/;

/** Knows code between backticks, as titles have it, and bare addresses: both stay. Nothing else is Markdown. */
function createLineParser(): MarkdownIt {
  const parser = MarkdownItFactory('zero');
  parser.set({ linkify: true });
  parser.enable(['linkify', 'smartquotes']);
  autolinksOfGfm(parser);
  parser.normalizeLinkText = (address) => address;
  parser.inline.ruler.after('text', 'code of titles', (state, isSilent) => {
    const code = /^`([^`]+)`/.exec(state.src.slice(state.pos));
    if (code === null) return false;
    if (!isSilent) state.push('code_inline', 'code', 0).content = code[0];
    state.pos += code[0].length;
    return true;
  });
  parser.use(typographer);
  return parser;
}

const parser = createLineParser();

/** A title or a description with the quotes, dashes and spaces of a BCP 47 language; undefined: as typed. */
export function typographicLine(text: string, language: string | undefined): string {
  if (language === undefined || !MAY_CHANGE.test(text)) return text;
  return parser
    .parseInline(text, { typography: language })
    .flatMap(({ children }) => children ?? [])
    .map(({ content }) => content)
    .join('');
}
