import { escapeUTF8 } from 'entities/escape';

/** Safe markup; only `html` and `raw` create it. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

export type HtmlValue = Html | string | number | bigint | boolean | null | undefined | readonly HtmlValue[];

/** Escapes text for HTML content and quoted attributes. */
export const escapeHtml: (text: string) => string = escapeUTF8;

function markupOf(value: HtmlValue): string {
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(markupOf).join('');
  if (value === null || value === undefined || typeof value === 'boolean') return '';
  return escapeHtml(String(value));
}

const tidied = new WeakMap<TemplateStringsArray, readonly string[]>();

// Removes the source's indentation from a template's own text, once, and never from values.
function tidy(parts: TemplateStringsArray): readonly string[] {
  let texts = tidied.get(parts);
  if (texts === undefined) {
    texts = parts.map((text) => text.replace(/\s*\n\s*/g, '\n'));
    tidied.set(parts, texts);
  }
  return texts;
}

/** A tagged template that escapes every value, joins arrays, and renders null, undefined and booleans as nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const texts = tidy(parts);
  let text = texts[0]!;
  for (let i = 0; i < values.length; i++) text += markupOf(values[i]) + texts[i + 1]!;
  return new Html(text);
}

/** Marks markup as safe that was made elsewhere: the owner's rendered Markdown, our own SVG. */
export function raw(markup: string): Html {
  return new Html(markup);
}
