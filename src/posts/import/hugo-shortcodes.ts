import { replaceClosed } from './closed-parts.ts';
import { mapProse } from './prose.ts';
import { callOf, embed, fenced, figure } from './shortcode-parts.ts';

/** `{{< name … >}}` and `{{% name … %}}` of Hugo; `{{ name(…) }}` of Zola. */
const CALL = /\{\{[<%]\s*([^/\s][^{}]*)[>%]\}\}|\{\{\s*(\w+\([^{}]*\))\s*\}\}/g;
const BLOCK = /\{\{[<%]\s*(highlight|rawhtml|raw|html|details)\b([^{}]*)[>%]\}\}/g;

/**
 * Shortcodes of Hugo, and those of Zola with the same names, as Markdown, HTML or links; others stay as text. `addressOf` finds the
 * address of a source by the name in a `ref`.
 */
export function expandHugo(markdown: string, addressOf: (name: string) => string | undefined): string {
  const blocks = replaceClosed(
    markdown,
    BLOCK,
    ([, name = '']) => new RegExp(String.raw`\{\{[<%]\s*/\s*${name}\s*[>%]\}\}`, 'g'),
    ([, name = '', options = ''], inner) => blockOf(name, options, inner),
  );
  return mapProse(
    blocks,
    (text) =>
      shown(
        withoutComments(text).replaceAll(CALL, (whole, hugo?: string, zola?: string) => {
          const call = callOf(hugo?.trimEnd().replace(/\/$/, '') ?? zola ?? '');
          if (call.name === 'ref' || call.name === 'relref')
            return addressOf(call.named.get('path') ?? call.given[0] ?? '') ?? whole;
          return (call.name === 'figure' ? figure(call) : embed(call)) ?? whole;
        }),
      ),
    shown,
  );
}

function blockOf(name: string, options: string, inner: string): string {
  if (name === 'highlight') return fenced(inner, callOf(`highlight ${options}`).given[0]);
  if (name !== 'details') return inner;
  const { named, given } = callOf(`details ${options}`);
  const summary = named.get('summary') ?? named.get('title') ?? given[0] ?? 'Details';
  return `\n<details><summary>${summary.replaceAll('<', '&lt;')}</summary>\n\n${inner.trim()}\n\n</details>\n`;
}

/** Hugo's comments are not published. */
function withoutComments(text: string): string {
  return replaceClosed(
    text,
    /\{\{-?\s*\/\*/g,
    () => /\*\/\s*-?\}\}/g,
    () => '',
  );
}

/** With calls that are shown, not made. */
function shown(text: string): string {
  return replaceClosed(
    text,
    /\{\{([<%])\/\*/g,
    () => /\*\/[>%]\}\}/g,
    ([, open = ''], call, whole) => `{{${open} ${call.trim()} ${whole.slice(-3)}`,
  );
}
