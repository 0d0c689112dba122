import { escapeHtml } from '../views/html.ts';
import { scanTags, type ScannedTag } from './html-scanner.ts';

/** What a post's link or picture means once the post stands at its address. */
export interface TagTargets {
  /** The address to write instead. */
  link(href: string): string;
  image(src: string): {
    readonly src: string;
    readonly width?: number | undefined;
    readonly height?: number | undefined;
  };
  isExternal(href: string): boolean;
}

type Attributes = Map<string, string>;

const ATTRIBUTE = /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g;
const ENTITY: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  '#39': "'",
};

function decoded(value: string): string {
  return value.replace(/&(amp|lt|gt|quot|apos|#39);/g, (_, name: string) => ENTITY[name]!);
}

function parseAttributes(text: string): Attributes {
  const attributes: Attributes = new Map();
  for (const [, name, double, single, bare] of text.matchAll(ATTRIBUTE)) {
    const key = name!.toLowerCase();
    if (!attributes.has(key)) attributes.set(key, decoded(double ?? single ?? bare ?? ''));
  }
  return attributes;
}

function tag(name: string, attributes: Attributes, close: string): string {
  let text = `<${name}`;
  for (const [key, value] of attributes)
    text += value === '' && key !== 'alt' && key !== 'href' ? ` ${key}` : ` ${key}="${escapeHtml(value)}"`;
  return `${text}${close}>`;
}

function rewriteImage(attributes: Attributes, targets: TagTargets): void {
  const image = targets.image(attributes.get('src') ?? '');
  attributes.set('src', image.src);
  if (!attributes.has('alt')) attributes.set('alt', '');
  const given = Number(attributes.get('height')) || undefined;
  if (image.width !== undefined && image.height !== undefined && !attributes.has('width')) {
    // An author who gave one measure wants the picture scaled; the other follows, so that its space is reserved.
    const scale = given === undefined ? 1 : given / image.height;
    attributes.set('width', String(Math.round(image.width * scale)));
    attributes.set('height', String(given ?? image.height));
  }
  attributes.set('loading', 'lazy');
  attributes.set('decoding', 'async');
}

/** How a table's column is aligned, as a class: Markdown says it as a style, which the policy refuses. */
function keepAlignment(attributes: Attributes): void {
  const side = /^\s*text-align:\s*(left|center|right)\s*;?\s*$/.exec(attributes.get('style') ?? '')?.[1];
  if (side !== undefined)
    attributes.set('class', [attributes.get('class'), `align-${side}`].filter(Boolean).join(' '));
}

function rewriteLink(attributes: Attributes, targets: TagTargets): void {
  const href = attributes.get('href');
  if (href === undefined) return;
  attributes.set('href', targets.link(href));
  if (targets.isExternal(href) && !attributes.has('rel')) attributes.set('rel', 'external noopener');
}

/**
 * Fits rendered Markdown, raw HTML included, to the blog's pages: addresses resolved, pictures with size and lazy loading, and what the
 * content security policy would refuse is left out (scripts, inline styles, event handlers). Since no script of a post runs here, what its
 * author wrote for readers without scripts (`noscript`) is shown.
 */
export function rewriteHtml(html: string, targets: TagTargets): string {
  const parts: string[] = [];
  let copied = 0;
  for (const scanned of scanTags(html)) {
    const rewritten = rewriteTag(scanned, targets);
    if (rewritten === undefined) continue;
    parts.push(html.slice(copied, scanned.start), rewritten);
    copied = scanned.end;
  }
  return parts.join('') + html.slice(copied);
}

/** What stands instead of a tag; undefined when it stays as it is. */
function rewriteTag(scanned: ScannedTag, targets: TagTargets): string | undefined {
  const name = scanned.name.toLowerCase();
  if (name === 'noscript' || name === 'script') return '';
  if (scanned.isClosing) return undefined;
  const isPicture = name === 'img' || name === 'source';
  if (!isPicture && name !== 'a' && !/\s(?:style|on\w+)\s*=|javascript:/i.test(scanned.attributes))
    return undefined;
  const attributes = parseAttributes(scanned.attributes);
  if (name === 'td' || name === 'th') keepAlignment(attributes);
  for (const [key, value] of attributes) {
    if (key === 'style' || key.startsWith('on') || /^\s*javascript:/i.test(value)) attributes.delete(key);
  }
  if (name === 'img') rewriteImage(attributes, targets);
  if (name === 'source' && attributes.has('src'))
    attributes.set('src', targets.image(attributes.get('src')!).src);
  if (name === 'a') rewriteLink(attributes, targets);
  return tag(scanned.name, attributes, scanned.slash);
}
