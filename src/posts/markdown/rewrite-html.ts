import sanitizeHtml from 'sanitize-html';
import {
  ADDRESS_ATTRIBUTES,
  ALLOWED_ATTRIBUTES,
  ALLOWED_ELEMENTS,
  LINK_SCHEMES,
  PICTURE_SCHEMES,
} from './allowed-html.ts';
import { mapSourceSet } from './source-set.ts';

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

type Attributes = Record<string, string>;

/** An element of no list: its tags are left out, its content stays. */
const LEFT_OUT = 'left-out';
/** Deeper elements are left out; browsers give up at 512. */
const MAX_DEPTH = 256;
const VOID_ELEMENTS = ['img', 'br', 'hr', 'col', 'input', 'source', 'track', 'wbr'];

function rewriteImage(attributes: Attributes, targets: TagTargets): Attributes {
  const { width, ...rest } = attributes;
  const image = targets.image(attributes['src'] ?? '');
  const rewritten: Attributes = { ...rest, src: image.src, alt: attributes['alt'] ?? '' };
  if (width !== undefined) rewritten['width'] = width;
  const given = Number(attributes['height']) || undefined;
  if (image.width !== undefined && image.height !== undefined && width === undefined) {
    // An author who gave one measure wants the picture scaled; the other follows, so that its space is reserved.
    const scale = given === undefined ? 1 : given / image.height;
    rewritten['width'] = String(Math.round(image.width * scale));
    rewritten['height'] = String(given ?? image.height);
  }
  return { ...rewritten, loading: 'lazy', decoding: 'async' };
}

/** How a table's column is aligned, as a class: Markdown says it as a style, which the policy refuses. */
function keepAlignment(attributes: Attributes): Attributes {
  const side = /^\s*text-align:\s*(left|center|right)\s*;?\s*$/.exec(attributes['style'] ?? '')?.[1];
  return side === undefined
    ? attributes
    : { ...attributes, class: [attributes['class'], `align-${side}`].filter(Boolean).join(' ') };
}

function rewriteLink(attributes: Attributes, targets: TagTargets): Attributes {
  const href = attributes['href'];
  if (href === undefined) return attributes;
  const rel = targets.isExternal(href) ? { rel: 'external noopener' } : {};
  return { ...rel, ...attributes, href: targets.link(href) };
}

/** Everything that is done to a tag before the list of allowed HTML is asked. */
function rewriteTag(name: string, given: Attributes, targets: TagTargets): sanitizeHtml.Tag {
  let attributes = given;
  if (name === 'td' || name === 'th') attributes = keepAlignment(attributes);
  if (name === 'img') attributes = rewriteImage(attributes, targets);
  if (name === 'a') attributes = rewriteLink(attributes, targets);
  if (name === 'source' && attributes['src'] !== undefined)
    attributes = { ...attributes, src: targets.image(attributes['src']).src };
  if (attributes['srcset'] !== undefined) {
    const srcset = mapSourceSet(attributes['srcset'], (address) => plainAddress(targets.image(address).src));
    attributes = { ...attributes, srcset };
  }
  for (const key of ADDRESS_ATTRIBUTES) {
    if (attributes[key]?.includes('<') === true)
      attributes = { ...attributes, [key]: plainAddress(attributes[key]) };
  }
  if (name === 'input') {
    const isBox = attributes['type']?.toLowerCase() === 'checkbox';
    return { tagName: isBox ? name : LEFT_OUT, attribs: { ...attributes, disabled: '' } };
  }
  return { tagName: name, attribs: attributes };
}

// The library looks for comments inside of addresses again and again; no address holds one.
function plainAddress(address: string): string {
  return address.replaceAll('<', '%3C');
}

/** What a frame would have shown stays within reach: pages may not frame anything, and feeds should not. */
function frameAsLink(attributes: Attributes, targets: TagTargets): sanitizeHtml.Tag {
  const src = attributes['src'] ?? '';
  if (!/^(?:https?:)?\/\//i.test(src)) return { tagName: LEFT_OUT, attribs: {}, text: '' };
  return {
    tagName: 'a',
    attribs: rewriteLink({ href: plainAddress(src) }, targets),
    text: attributes['title'] || src,
  };
}

/**
 * Fits rendered Markdown, raw HTML included, to pages and feeds: addresses resolved, pictures with size and lazy loading, and of HTML what
 * the one list allows. Every tag is written anew and closed, every character reference is read, so that each reader parses the same.
 * Since no script of a post runs here, what its author wrote for readers without scripts (`noscript`) is shown. Linear in the text.
 */
export function rewriteHtml(html: string, targets: TagTargets): string {
  return (
    sanitizeHtml(html, optionsFor(targets))
      // A `>` stands only at the end of tags, all others are escaped.
      .replaceAll(' />', '>')
  );
}

/** The types do not know of it yet. */
type Options = sanitizeHtml.IOptions & { readonly allowedEmptyAttributes: readonly string[] };

function optionsFor(targets: TagTargets): Options {
  return {
    allowedTags: [...ALLOWED_ELEMENTS],
    allowedAttributes: ALLOWED_ATTRIBUTES,
    allowedSchemes: [...LINK_SCHEMES],
    allowedSchemesByTag: {
      img: [...PICTURE_SCHEMES],
      source: [...PICTURE_SCHEMES],
    },
    allowedSchemesAppliedToAttributes: [...ADDRESS_ATTRIBUTES],
    allowedEmptyAttributes: ['alt', 'href', 'value'],
    selfClosing: VOID_ELEMENTS,
    nestingLimit: MAX_DEPTH,
    transformTags: {
      '*': (name, attributes) => rewriteTag(name, attributes, targets),
      iframe: (_, attributes) => frameAsLink(attributes, targets),
    },
  };
}
