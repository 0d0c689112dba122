import type { Token } from 'markdown-it';

/** The text of an inline token's children. */
export function inlineText(inline: Token): string {
  return (inline.children ?? [])
    .map((child) => {
      if (child.type === 'text' || child.type === 'code_inline' || child.type === 'text_special')
        return child.content;
      if (child.type === 'math_inline') return child.markup + child.content + child.markup;
      if (child.type === 'softbreak' || child.type === 'hardbreak') return ' ';
      return '';
    })
    .join('');
}
