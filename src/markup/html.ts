const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Markup that is safe to send; only `html` and `raw` make it. */
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

/** Text as it may stand in HTML content and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character]!);
}

function markupOf(value: HtmlValue): string {
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(markupOf).join('');
  if (value === null || value === undefined || typeof value === 'boolean') return '';
  return escapeHtml(String(value));
}

const tidied = new WeakMap<TemplateStringsArray, readonly string[]>();

// The indentation of the source is no part of the page; it is taken out of a template's own text once, never out of values.
function tidy(parts: TemplateStringsArray): readonly string[] {
  let texts = tidied.get(parts);
  if (texts === undefined) {
    texts = parts.map((text) => text.replace(/\s*\n\s*/g, '\n'));
    tidied.set(parts, texts);
  }
  return texts;
}

/** A tagged template that escapes every value; arrays are joined; null, undefined and booleans are nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const texts = tidy(parts);
  let text = texts[0]!;
  for (let i = 0; i < values.length; i++) text += markupOf(values[i]) + texts[i + 1]!;
  return new Html(text);
}

/** Markup made elsewhere that is already safe: rendered Markdown of the owner, SVG of our own. */
export function raw(markup: string): Html {
  return new Html(markup);
}
