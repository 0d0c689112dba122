import MarkdownIt from 'markdown-it';
import { escapeHtml } from '../../markup/html.ts';
import { tableOf, tablesOf, wordOf } from './foreign-export.ts';

type Node = ReturnType<typeof tableOf>;

/** Draws a node; `inner` has its children as HTML. */
type Draw = (node: Node, inner: string) => string;

/** Elements for the bits of a text's `format`. */
const FORMATS = ['strong', 'em', 's', 'u', 'code', 'sub', 'sup', 'mark'] as const;
/** Nobody nests deeper. */
const MAX_DEPTH = 100;
const HEADING = /^h[1-6]$/;

const markdown = new MarkdownIt({ html: true, linkify: true });

const attribute = (name: string, value: string | undefined): string =>
  value === undefined ? '' : ` ${name}="${escapeHtml(value)}"`;
const wrap = (tag: string, inner: string): string => (inner === '' ? '' : `<${tag}>${inner}</${tag}>`);
/** A field that has HTML. */
const htmlOf = (node: Node, field: string): string => wordOf(node.get(field)) ?? '';

function link(address: string | undefined, label: string | undefined): string {
  return address === undefined
    ? wrap('p', escapeHtml(label ?? ''))
    : `<p><a${attribute('href', address)}>${escapeHtml(label ?? address)}</a></p>`;
}

function picture(node: Node): string {
  const caption = wrap('figcaption', htmlOf(node, 'caption'));
  const [src, alt, title] = ['src', 'alt', 'title'].map((name) => wordOf(node.get(name)));
  if (src === undefined) return '';
  return `<figure><img${attribute('src', src)} alt="${escapeHtml(alt ?? '')}"${attribute('title', title)}>${caption}</figure>`;
}

function formatted(node: Node): string {
  const bits = Number(node.get('format') ?? 0);
  const text = escapeHtml(wordOf(node.get('text')) ?? String(node.get('text') ?? ''));
  return FORMATS.reduceRight(
    (inner, tag, bit) => ((bits & (1 << bit)) === 0 ? inner : wrap(tag, inner)),
    text,
  );
}

function file(node: Node): string {
  const names = ['title', 'fileTitle', 'fileName'].map((name) => wordOf(node.get(name)));
  return (
    link(
      wordOf(node.get('src')),
      names.find((name) => name !== undefined),
    ) + htmlOf(node, 'caption')
  );
}

const paragraph: Draw = (_, inner) => wrap('p', inner);
const quote: Draw = (_, inner) => wrap('blockquote', wrap('p', inner));
const anchor: Draw = (node, inner) => `<a${attribute('href', wordOf(node.get('url')))}>${inner}</a>`;
const nothing: Draw = () => '';

/** By type; Ghost's own types of the same name begin with `extended-`. */
const NODES: ReadonlyMap<string, Draw> = new Map<string, Draw>([
  ['root', (_, inner) => inner],
  ['paragraph', paragraph],
  ['heading', (node, inner) => wrap(headingOf(node), inner)],
  ['quote', quote],
  ['aside', quote],
  ['text', formatted],
  ['linebreak', () => '<br>'],
  ['tab', () => ' '],
  ['link', anchor],
  ['autolink', anchor],
  ['list', (node, inner) => wrap(node.get('listType') === 'number' ? 'ol' : 'ul', inner)],
  ['listitem', (_, inner) => `<li>${inner}</li>`],
  ['horizontalrule', () => '<hr>'],
  ['image', picture],
  ['gallery', (node) => tablesOf(node.get('images')).map(picture).join('') + htmlOf(node, 'caption')],
  [
    'codeblock',
    (node) =>
      `<pre><code${attribute('class', languageOf(node))}>${escapeHtml(wordOf(node.get('code')) ?? '')}</code></pre>`,
  ],
  ['html', (node) => htmlOf(node, 'html')],
  ['markdown', (node) => markdown.render(htmlOf(node, 'markdown'))],
  ['bookmark', (node) => link(wordOf(node.get('url')), wordOf(tableOf(node.get('metadata')).get('title')))],
  [
    'embed',
    (node) =>
      htmlOf(node, 'html') ||
      link(wordOf(node.get('url')), wordOf(tableOf(node.get('metadata')).get('title'))),
  ],
  [
    'callout',
    (node) =>
      wrap(
        'blockquote',
        wrap('p', `${escapeHtml(htmlOf(node, 'calloutEmoji'))} ${htmlOf(node, 'calloutText')}`.trim()),
      ),
  ],
  ['toggle', (node) => wrap('h4', htmlOf(node, 'heading')) + htmlOf(node, 'content')],
  ['header', (node) => wrap('h2', htmlOf(node, 'header')) + wrap('p', htmlOf(node, 'subheader'))],
  ['button', (node) => link(wordOf(node.get('buttonUrl')), wordOf(node.get('buttonText')))],
  ['audio', file],
  ['video', file],
  ['file', file],
  // Of mails and members.
  ['paywall', nothing],
  ['email', nothing],
  ['email-cta', nothing],
  ['signup', nothing],
]);

function headingOf(node: Node): string {
  const tag = wordOf(node.get('tag')) ?? '';
  return HEADING.test(tag) ? tag : 'h2';
}

function languageOf(node: Node): string | undefined {
  const language = wordOf(node.get('language'));
  return language === undefined ? undefined : `language-${language}`;
}

/**
 * The text of a post in Lexical, the JSON of Ghost's editor, as HTML. Undefined if it is none.
 *
 * @returns `unknown`: types of nodes that are not known; of them the text alone is there.
 */
export function lexicalToHtml(
  value: unknown,
): { readonly html: string; readonly unknown: readonly string[] } | undefined {
  const unknown = new Set<string>();
  const root = tableOf(parsed(value)).get('root');
  if (root === undefined) return undefined;
  return { html: drawn(tableOf(root), 0, unknown), unknown: [...unknown] };
}

function parsed(value: unknown): unknown {
  try {
    return typeof value === 'string' ? JSON.parse(value) : undefined;
  } catch {
    return undefined;
  }
}

function drawn(node: Node, depth: number, unknown: Set<string>): string {
  const type = (wordOf(node.get('type')) ?? 'none').replace(/^extended-/, '');
  if (depth > MAX_DEPTH) {
    unknown.add('nested too deep');
    return '';
  }
  const inner = joined(tablesOf(node.get('children')), depth + 1, unknown);
  const draw = NODES.get(type);
  if (draw !== undefined) return draw(node, inner);
  unknown.add(type);
  return inner || wrap('p', formatted(node));
}

/** In Lexical, a list within a list is an item of its own, and belongs to the item before it. */
function joined(nodes: readonly Node[], depth: number, unknown: Set<string>): string {
  let html = '';
  for (const node of nodes) {
    const each = drawn(node, depth, unknown);
    const isNested = /^<li><[ou]l>/.test(each) && html.endsWith('</li>');
    html = isNested ? html.slice(0, -'</li>'.length) + each.slice('<li>'.length) : html + each;
  }
  return html;
}
