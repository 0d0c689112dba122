import { html, type Html } from '../../markup/html.ts';

const PLACE = /(?:file:\/\/)?((?:\/|[A-Z]:[\\/])[^\s()]*?):\d+(?::\d+)?\)?$/;
/** Paths of code outside the blog. */
const FOREIGN = /[\\/]node_modules[\\/]|\(?node:/;

/** The project folder, by the files of a stack; empty if unknown. */
function rootOf(lines: readonly string[]): string {
  for (const line of lines) {
    const path = PLACE.exec(line)?.[1] ?? '';
    const at = path.search(/[\\/]node_modules[\\/]/);
    if (at >= 0) return path.slice(0, at + 1);
  }
  return '';
}

/** A stack trace, one line per call: paths relative to the project, calls in packages and Node muted. */
export function drawStack(stack: string): Html {
  const lines = stack.split('\n');
  const root = rootOf(lines);
  const shown = (line: string): string => {
    const plain = line.replace('file://', '');
    return root === '' ? plain : plain.replace(root, '');
  };
  return html`<pre class="stack" tabindex="0"><code>${lines.map((line, index) => {
    const isCall = /^\s+at /.test(line);
    const foreign = isCall && FOREIGN.test(line);
    const end = index < lines.length - 1 ? '\n' : '';
    const words = isCall ? `  ${shown(line).trimStart()}${end}` : `${line}${end}`;
    return foreign ? html`<span class="foreign">${words}</span>` : html`${words}`;
  })}</code></pre>`;
}
