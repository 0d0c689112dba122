import { mapProse } from './prose.ts';
import { callOf, embed, fenced, figure } from './shortcode-parts.ts';

/** `{{< name … >}}` and `{{% name … %}}` of Hugo; `{{ name(…) }}` of Zola. */
const CALL = /\{\{[<%]\s*([^/\s][^{}]*?)\s*\/?[>%]\}\}|\{\{\s*(\w+\((?:[^{}]*?)\))\s*\}\}/g;
const BLOCK =
  /\{\{[<%]\s*(highlight|rawhtml|raw|html|details)\b([^{}]*?)[>%]\}\}([\s\S]*?)\{\{[<%]\s*\/\s*\1\s*[>%]\}\}/g;
/** Hugo's comments are not published. */
const COMMENT = /\{\{-?\s*\/\*[\s\S]*?\*\/\s*-?\}\}/g;
/** A call that is shown, not made. */
const ESCAPED = /\{\{([<%])\/\*\s*([\s\S]*?)\s*\*\/([>%])\}\}/g;

/**
 * Shortcodes of Hugo, and those of Zola with the same names, as Markdown, HTML or links; others stay as text. `addressOf` finds the
 * address of a source by the name in a `ref`.
 */
export function expandHugo(markdown: string, addressOf: (name: string) => string | undefined): string {
  const blocks = markdown.replaceAll(BLOCK, (_, name: string, options: string, inner: string) => {
    if (name === 'highlight') return fenced(inner, callOf(`highlight ${options}`).given[0]);
    if (name !== 'details') return inner;
    const { named, given } = callOf(`details ${options}`);
    const summary = named.get('summary') ?? named.get('title') ?? given[0] ?? 'Details';
    return `\n<details><summary>${summary.replaceAll('<', '&lt;')}</summary>\n\n${inner.trim()}\n\n</details>\n`;
  });
  const shown = (text: string): string =>
    text.replaceAll(
      ESCAPED,
      (_, open: string, call: string, close: string) => `{{${open} ${call} ${close}}}`,
    );
  return mapProse(
    blocks,
    (text) =>
      shown(
        text
          .replaceAll(COMMENT, '')
          .replaceAll(CALL, (whole, hugo: string | undefined, zola: string | undefined) => {
            const call = callOf(hugo ?? zola ?? '');
            if (call.name === 'ref' || call.name === 'relref')
              return addressOf(call.named.get('path') ?? call.given[0] ?? '') ?? whole;
            return (call.name === 'figure' ? figure(call) : embed(call)) ?? whole;
          }),
      ),
    shown,
  );
}
