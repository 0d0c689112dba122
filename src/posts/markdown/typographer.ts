import type { MarkdownIt, StateCore, Token } from 'markdown-it';

/** Double opening and closing, single opening and closing. */
type Quotes = readonly [string, string, string, string];

const SPACED: Quotes = ['«\u00a0', '\u00a0»', '‹\u00a0', '\u00a0›'];
const POINTED: Quotes = ['«', '»', '‹', '›'];
const LOW_HIGH: Quotes = ['„', '“', '‚', '‘'];
const HIGH: Quotes = ['“', '”', '‘', '’'];
const CLOSING: Quotes = ['”', '”', '’', '’'];

/** By language, or by language and region; others are quoted as in English. */
const QUOTES: Readonly<Record<string, Quotes>> = {
  bg: LOW_HIGH,
  cs: LOW_HIGH,
  de: LOW_HIGH,
  'de-ch': POINTED,
  el: ['«', '»', '“', '”'],
  es: ['«', '»', '“', '”'],
  fi: CLOSING,
  fr: SPACED,
  'fr-ch': POINTED,
  hu: ['„', '”', '»', '«'],
  it: ['«', '»', '“', '”'],
  nb: ['«', '»', '‘', '’'],
  nn: ['«', '»', '‘', '’'],
  no: ['«', '»', '‘', '’'],
  pl: ['„', '”', '‚', '’'],
  pt: HIGH,
  'pt-pt': ['«', '»', '“', '”'],
  ro: ['„', '”', '«', '»'],
  ru: ['«', '»', '„', '“'],
  sk: LOW_HIGH,
  sl: LOW_HIGH,
  sv: CLOSING,
  uk: ['«', '»', '„', '“'],
};

/** The quotes of a BCP 47 language. */
export function quotesOf(language: string): Quotes {
  const parts = language.toLowerCase().split('-');
  return QUOTES[parts.join('-')] ?? QUOTES[parts[0] ?? ''] ?? HIGH;
}

/** Raw HTML whose content is code or a formula. */
const CODE_TAG = /^<(\/?)(?:code|kbd|samp|pre|var|tt|math|svg)\b/i;
/** What is replaced, and `{#id}` of a heading, which is not. */
const SIGNS = /\{#[\p{L}\p{N}_-]+\}|(?<!\.)\.{3}(?!\.)|(?<!-)-{2,3}(?!-)/gu;
/** Before these, French has a space that does not break. */
const FRENCH_SPACE = / (?=[;!?]+(?:[\s"'»)]|$))/g;
const FRENCH_WIDE_SPACE = / (?=:(?:\s|$)|»)|(?<=«) /g;

/**
 * A markdown-it plugin: quotes, dashes (`--`, `---`), ellipses and apostrophes as they are printed in the language that `typography` of the
 * environment names, and French spaces, also in what is said of pictures. Without it nothing changes. Code, addresses, HTML blocks and escaped characters (`\"`) stay as written.
 * Not of the library's own replacements: they turn `(c)` of an enumeration into a sign.
 */
export function typographer(markdown: MarkdownIt): void {
  markdown.disable('replacements');
  const lines = new WeakMap<StateCore, readonly PictureLine[]>();
  markdown.core.ruler.before('smartquotes', 'typographer', (state) => {
    const language: unknown = state.env['typography'];
    state.md.options.typographer = typeof language === 'string';
    if (typeof language !== 'string') return;
    const said = state.tokens.flatMap(({ children }) => pictureLines(children ?? [], state.Token));
    lines.set(state, said);
    state.tokens.push(...said.map(({ line }) => line));
    state.md.options.quotes = [...quotesOf(language)];
    const isFrench = /^fr(?:-|$)/i.test(language);
    for (const { type, children } of state.tokens) {
      if (type !== 'inline' || children === null) continue;
      for (const text of proseOf(children)) {
        text.content = text.content.replace(SIGNS, signFor);
        if (isFrench)
          text.content = text.content.replace(FRENCH_SPACE, '\u202f').replace(FRENCH_WIDE_SPACE, '\u00a0');
      }
    }
  });
  markdown.core.ruler.push('typographer_pictures', (state) => {
    const said = lines.get(state) ?? [];
    state.tokens.length -= said.length;
    for (const { title } of said) title?.image.attrSet('title', title.text.content);
  });
}

/** What is said of a picture, as a line of its own while the text is changed. */
interface PictureLine {
  readonly line: Token;
  /** Of a title: the text that becomes it. */
  readonly title?: { readonly image: Token; readonly text: Token };
}

function pictureLines(children: readonly Token[], TokenClass: StateCore['Token']): readonly PictureLine[] {
  return children.flatMap((image) => {
    if (image.type !== 'image') return [];
    const alt = lineOf(image.children ?? [], image.content, TokenClass);
    const written = image.attrGet('title');
    if (written === null) return [{ line: alt }];
    const text = new TokenClass('text', '', 0);
    text.content = String(written);
    return [{ line: alt }, { line: lineOf([text], text.content, TokenClass), title: { image, text } }];
  });
}

function lineOf(children: Token[], content: string, TokenClass: StateCore['Token']): Token {
  const line = new TokenClass('inline', '', 0);
  line.children = children;
  line.content = content;
  return line;
}

/** Text that is prose. Other text becomes what escaped characters are, which the library leaves alone and joins to the rest afterwards. */
function proseOf(children: readonly Token[]): readonly Token[] {
  const prose: Token[] = [];
  let codeDepth = 0;
  let isAddress = false;
  for (const token of children) {
    if (token.type === 'link_open') isAddress = token.info === 'auto';
    else if (token.type === 'link_close') isAddress = false;
    else if (token.type === 'html_inline') codeDepth = Math.max(0, codeDepth + codeStep(token.content));
    else if (token.type !== 'text') continue;
    else if (codeDepth > 0 || isAddress) token.type = 'text_special';
    else prose.push(token);
  }
  return prose;
}

/** 1 for a tag that opens code, -1 for one that closes it, else 0. */
function codeStep(tag: string): number {
  const found = CODE_TAG.exec(tag);
  if (found === null) return 0;
  return found[1] === '/' ? -1 : 1;
}

function signFor(sign: string, at: number, text: string): string {
  if (sign === '...') return '…';
  if (sign === '---') return '—';
  if (sign !== '--') return sign;
  const isOpenBefore = /^\s?$/.test(text.charAt(at - 1));
  const isOpenAfter = /^\s?$/.test(text.charAt(at + 2));
  // Not of `--option`.
  return isOpenBefore === isOpenAfter ? '–' : sign;
}
