import { tableOf, tablesOf, wordOf } from './foreign-export.ts';
import { formatted, NODES, wrap, type Node } from './lexical-nodes.ts';

/** Nobody nests deeper. */
export const MAX_DEPTH = 100;

interface LexicalText {
  readonly html: string;
  /** Types of nodes that are not known: what they have below `children` or as `text` is there, nothing else. */
  readonly unknown: ReadonlySet<string>;
  /** True if nodes were nested too deep, and are left out. */
  readonly isCut: boolean;
}

/** The text of a post in Lexical, the JSON of Ghost's editor, as HTML. Undefined if it is none. */
export function lexicalToHtml(value: unknown): LexicalText | undefined {
  const root = tableOf(parsed(value)).get('root');
  if (root === undefined) return undefined;
  const losses = { unknown: new Set<string>(), isCut: false };
  return { html: drawn(tableOf(root), 0, losses), ...losses };
}

function parsed(value: unknown): unknown {
  try {
    return typeof value === 'string' ? JSON.parse(value) : undefined;
  } catch {
    return undefined;
  }
}

function drawn(node: Node, depth: number, losses: { readonly unknown: Set<string>; isCut: boolean }): string {
  if (depth > MAX_DEPTH) {
    losses.isCut = true;
    return '';
  }
  const type = (wordOf(node.get('type')) ?? 'none').replace(/^extended-/, '');
  const inner = joined(tablesOf(node.get('children')).map((child) => drawn(child, depth + 1, losses)));
  const draw = NODES.get(type);
  if (draw !== undefined) return draw(node, inner);
  losses.unknown.add(type);
  // Within a paragraph another one would end it.
  return inner || (depth === 1 ? wrap('p', formatted(node)) : formatted(node));
}

/** In Lexical, a list within a list is an item of its own, and belongs to the item before it. */
function joined(pieces: readonly string[]): string {
  const html: string[] = [];
  for (const piece of pieces) {
    const isItem = piece.startsWith('<li>') && piece.endsWith('</li>');
    if (isItem && html.at(-1) === '</li>' && /^<li><[ou]l[ >]/.test(piece))
      html[html.length - 1] = piece.slice('<li>'.length, -'</li>'.length);
    else html.push(isItem ? piece.slice(0, -'</li>'.length) : piece);
    // Apart, so that a list can come before it without the item being copied.
    if (isItem) html.push('</li>');
  }
  return html.join('');
}
