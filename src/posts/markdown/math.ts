import type { MarkdownIt, StateBlock, StateInline, Token } from 'markdown-it';
import { escapeHtml } from '../../markup/html.ts';
import { texToMathml } from './tex-to-mathml.ts';

/** Longer ones stay as typed: the end of a formula is looked for from each sign that may begin one. */
const MAX_FORMULA_CHARACTERS = 5_000;
/** Of all formulas of a post; further ones stay as typed. About two seconds of work. */
const MAX_CHARACTERS = 100_000;

interface Formula {
  readonly tex: string;
  /** `$` within a line, `$$` for one that stands by itself. */
  readonly sign: '$' | '$$';
  /** Where the text goes on. */
  readonly end: number;
}

/**
 * A markdown-it plugin: `$…$` and `$$…$$` are formulas in TeX and become MathML if `math` of the environment is true; else they stay as typed.
 * What begins and ends one is Pandoc's and GitHub's rule, which leaves prices alone: no letter or digit before the first `$` and no blank after
 * it, no blank before the last and no digit after it. Escaped signs (`\$`) and code are no part of a formula. One that is not TeX is shown as typed.
 */
export function math(markdown: MarkdownIt): void {
  markdown.block.ruler.before('fence', 'math_block', blockFormula, {
    alt: ['paragraph', 'reference', 'blockquote', 'list'],
  });
  markdown.inline.ruler.before('escape', 'math_inline', inlineFormula);
  markdown.core.ruler.after('inline', 'math_alt', (state) => writeAlts(state.tokens));
  markdown.renderer.rules['math_inline'] = (tokens, index, _options, env) => formulaHtml(tokens[index]!, env);
  markdown.renderer.rules['math_block'] = (tokens, index, _options, env) =>
    `<p>${formulaHtml(tokens[index]!, env)}</p>\n`;
}

/** An alternative text has no elements: a formula in it is as typed. */
function writeAlts(tokens: readonly Token[]): void {
  for (const token of tokens) {
    if (token.type !== 'image') writeAlts(token.children ?? []);
    else
      for (const child of token.children ?? [])
        if (child.type === 'math_inline')
          Object.assign(child, { type: 'text', content: child.markup + child.content + child.markup });
  }
}

function formulaHtml(token: Token, environment: Record<string | symbol, unknown> = {}): string {
  const { content, markup } = token;
  const before = Number(environment['mathCharacters'] ?? 0);
  environment['mathCharacters'] = before + content.length;
  const mathml =
    before + content.length > MAX_CHARACTERS ? undefined : texToMathml(content, { isBlock: markup === '$$' });
  return mathml ?? `<code>${escapeHtml(markup + content + markup)}</code>`;
}

/** Lines from one that begins with `$$` to one that ends with it, without an empty one, as in TeX. */
function blockFormula(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  if (state.env['math'] !== true || state.sCount[startLine]! - state.blkIndent >= 4) return false;
  const start = state.bMarks[startLine]! + state.tShift[startLine]!;
  if (!state.src.startsWith('$$', start)) return false;
  const lines: string[] = [];
  let characters = 0;
  for (let line = startLine; line < endLine; line++) {
    if (line > startLine && (state.isEmpty(line) || state.sCount[line]! < state.blkIndent)) return false;
    const from = line === startLine ? start + 2 : state.bMarks[line]! + state.tShift[line]!;
    const text = state.src.slice(from, state.eMarks[line]).trimEnd();
    characters += text.length;
    if (characters > MAX_FORMULA_CHARACTERS) return false;
    const end = text.indexOf('$$');
    if (end === -1) {
      lines.push(text);
      continue;
    }
    // `$$a$$, so $$b$$` is a paragraph.
    const tex = [...lines, text.slice(0, end)].join('\n').trim();
    if (end !== text.length - 2 || tex === '') return false;
    if (silent) return true;
    const token = state.push('math_block', 'math', 0);
    Object.assign(token, { block: true, content: tex, markup: '$$', map: [startLine, line + 1] });
    state.line = line + 1;
    return true;
  }
  return false;
}

function inlineFormula(state: StateInline, silent: boolean): boolean {
  if (state.src[state.pos] !== '$' || state.env['math'] !== true) return false;
  const formula = formulaAt(state.src, state.pos, state.posMax);
  if (formula === undefined) return false;
  if (!silent) {
    const token = state.push('math_inline', 'math', 0);
    token.content = formula.tex;
    token.markup = formula.sign;
  }
  state.pos = formula.end;
  return true;
}

/** The formula that begins at a `$`; undefined if that is a dollar. */
export function formulaAt(text: string, at: number, max = text.length): Formula | undefined {
  const sign = text.startsWith('$$', at) ? '$$' : '$';
  const start = at + sign.length;
  if (/[\p{L}\p{N}$]$/u.test(text.slice(Math.max(0, at - 2), at))) return undefined;
  if (sign === '$' && /^\s/.test(text.charAt(start))) return undefined;
  const limit = Math.min(max, start + MAX_FORMULA_CHARACTERS);
  for (let end = start; end < limit; end++) {
    const character = text[end];
    if (character === '\\') end++;
    else if (character === '`') return undefined;
    else if (character === '$' && text.startsWith(sign, end)) {
      const tex = text.slice(start, end);
      const isOne = sign === '$' ? /\S$/.test(tex) && !/^\d/.test(text.charAt(end + 1)) : tex.trim() !== '';
      return isOne ? { tex: tex.trim(), sign, end: end + sign.length } : undefined;
    }
  }
  return undefined;
}
