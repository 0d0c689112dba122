// No library: decision 110.
import MarkdownIt from 'markdown-it';
import { escapeHtml } from '../../markup/html.ts';
import { tableOf, tablesOf, wordOf } from './foreign-export.ts';

export type Node = ReturnType<typeof tableOf>;

/** Draws a node; `inner` has its children as HTML. */
type Draw = (node: Node, inner: string) => string;

/** Elements for the bits of a text's `format`. */
const FORMATS = ['strong', 'em', 's', 'u', 'code', 'sub', 'sup', 'mark'] as const;
const HEADING = /^h[1-6]$/;

const markdown = new MarkdownIt({ html: true, linkify: true });

const attribute = (name: string, value: string | undefined): string =>
  value === undefined ? '' : ` ${name}="${escapeHtml(value)}"`;
export const wrap = (tag: string, inner: string): string => (inner === '' ? '' : `<${tag}>${inner}</${tag}>`);
/** A field that has HTML. */
const htmlOf = (node: Node, field: string): string => wordOf(node.get(field)) ?? '';
/** The same, of a field that may come in a paragraph, for elements that cannot have one. */
const inlineOf = (node: Node, field: string): string =>
  htmlOf(node, field).replaceAll(/<\/?p\b[^<>]*>/gi, '');
const captionOf = (node: Node, field = 'caption'): string => wrap('p', inlineOf(node, field));

function link(address: string | undefined, label: string | undefined): string {
  return address === undefined
    ? wrap('p', escapeHtml(label ?? ''))
    : `<p><a${attribute('href', address)}>${escapeHtml(label ?? address)}</a></p>`;
}

function picture(node: Node): string {
  const caption = wrap('figcaption', inlineOf(node, 'caption'));
  const [src, alt, title, href] = ['src', 'alt', 'title', 'href'].map((name) => wordOf(node.get(name)));
  if (src === undefined) return '';
  const image = `<img${attribute('src', src)} alt="${escapeHtml(alt ?? '')}"${attribute('title', title)}>`;
  return `<figure>${href === undefined ? image : `<a${attribute('href', href)}>${image}</a>`}${caption}</figure>`;
}

export function formatted(node: Node): string {
  const bits = Number(node.get('format') ?? 0);
  const value = node.get('text');
  const text = typeof value === 'string' ? escapeHtml(value) : '';
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
    ) +
    captionOf(node) +
    captionOf(node, 'fileCaption')
  );
}

/** What its page is called; posts of others have no name, but their words as HTML. */
function embed(node: Node): string {
  const [url, title] = [wordOf(node.get('url')), wordOf(tableOf(node.get('metadata')).get('title'))];
  const isNamed = url !== undefined && title !== undefined;
  return (isNamed ? link(url, title) : htmlOf(node, 'html') || link(url, title)) + captionOf(node);
}

function button(node: Node, names: { readonly text: string; readonly url: string }): string {
  const [text, url] = [wordOf(node.get(names.text)), wordOf(node.get(names.url))];
  return text === undefined && url === undefined ? '' : link(url, text);
}

function product(node: Node): string {
  return (
    picture(new Map([['src', node.get('productImageSrc')]])) +
    wrap('h4', inlineOf(node, 'productTitle')) +
    htmlOf(node, 'productDescription') +
    button(node, { text: 'productButton', url: 'productUrl' })
  );
}

const calledTo: Draw = (node) =>
  picture(new Map([['src', node.get('imageUrl')]])) +
  htmlOf(node, 'textValue') +
  button(node, { text: 'buttonText', url: 'buttonUrl' });

const paragraph: Draw = (_, inner) => wrap('p', inner);
const quote: Draw = (_, inner) => wrap('blockquote', wrap('p', inner));
const anchor: Draw = (node, inner) => `<a${attribute('href', wordOf(node.get('url')))}>${inner}</a>`;
const nothing: Draw = () => '';

/** By type; Ghost's own types of the same name begin with `extended-`. */
export const NODES: ReadonlyMap<string, Draw> = new Map<string, Draw>([
  ['root', (_, inner) => inner],
  ['paragraph', paragraph],
  ['heading', (node, inner) => wrap(headingOf(node), inner)],
  ['quote', quote],
  ['aside', quote],
  ['text', formatted],
  // A mark for what is to come.
  ['tk', formatted],
  ['linebreak', () => '<br>'],
  ['tab', () => ' '],
  ['link', anchor],
  ['autolink', anchor],
  ['list', (node, inner) => (node.get('listType') === 'number' ? numbered(node, inner) : wrap('ul', inner))],
  ['listitem', (_, inner) => `<li>${inner}</li>`],
  ['horizontalrule', () => '<hr>'],
  ['image', picture],
  ['gallery', (node) => tablesOf(node.get('images')).map(picture).join('') + captionOf(node)],
  [
    'codeblock',
    (node) =>
      `<pre><code${attribute('class', languageOf(node))}>${escapeHtml(wordOf(node.get('code')) ?? '')}</code></pre>${captionOf(node)}`,
  ],
  ['html', (node) => htmlOf(node, 'html')],
  ['markdown', (node) => markdown.render(htmlOf(node, 'markdown'))],
  [
    'bookmark',
    (node) =>
      link(wordOf(node.get('url')), wordOf(tableOf(node.get('metadata')).get('title'))) + captionOf(node),
  ],
  ['embed', embed],
  [
    'callout',
    (node) =>
      wrap(
        'blockquote',
        wrap('p', `${escapeHtml(htmlOf(node, 'calloutEmoji'))} ${inlineOf(node, 'calloutText')}`.trim()),
      ),
  ],
  ['toggle', (node) => wrap('h4', inlineOf(node, 'heading')) + htmlOf(node, 'content')],
  [
    'header',
    (node) =>
      wrap('h2', inlineOf(node, 'header')) +
      wrap('p', inlineOf(node, 'subheader')) +
      button(node, { text: 'buttonText', url: 'buttonUrl' }),
  ],
  ['button', (node) => button(node, { text: 'buttonText', url: 'buttonUrl' })],
  ['product', product],
  ['call-to-action', calledTo],
  ['audio', file],
  ['video', file],
  ['file', file],
  // Of mails and members.
  ['paywall', nothing],
  ['email', nothing],
  ['email-cta', nothing],
  ['signup', nothing],
  // Holds the cursor.
  ['zwnj', nothing],
]);

function headingOf(node: Node): string {
  const tag = wordOf(node.get('tag')) ?? '';
  return HEADING.test(tag) ? tag : 'h2';
}

function languageOf(node: Node): string | undefined {
  const language = wordOf(node.get('language'));
  return language === undefined ? undefined : `language-${language}`;
}

function numbered(node: Node, inner: string): string {
  const start = wordOf(node.get('start'));
  return `<ol${attribute('start', start === '1' ? undefined : start)}>${inner}</ol>`;
}
