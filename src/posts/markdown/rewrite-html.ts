import sanitizeHtml from 'sanitize-html';
import {
  ADDRESS_ATTRIBUTES,
  ALLOWED_ATTRIBUTES,
  ALLOWED_ELEMENTS,
  LINK_SCHEMES,
  PICTURE_SCHEMES,
} from './allowed-html.ts';
import type { Variant } from '../../media/picture-sizes.ts';
import { withBlockDirections } from './block-directions.ts';
import { boundedDepth } from './bounded-depth.ts';
import { embedOf, embedOfScript, type Embed } from './embeds.ts';
import { mapSourceSet } from './source-set.ts';

/** A resolved picture. */
interface TargetImage {
  readonly src: string;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly variants?: readonly Variant[] | undefined;
  /** For a picture that has none where it is shown. */
  readonly alt?: string | undefined;
}

/** A resolved link or picture. */
export interface TagTargets {
  /** The address to write instead. */
  link(href: string): string;
  image(src: string): TargetImage;
  isExternal(href: string): boolean;
}

type Attributes = Record<string, string>;

/** An element that is not allowed: its tags are removed, its content stays. */
const LEFT_OUT = 'left-out';
/** Deeper elements are removed; browsers stop at 512. */
const MAX_DEPTH = 256;
const VOID_ELEMENTS = ['img', 'br', 'hr', 'col', 'input', 'source', 'track', 'wbr'];

/** The text's column in src/public/reader/base.css: the body's width without its padding. */
const COLUMN = '(max-width: 42.5rem) 100vw, 40rem';

/** Lets the browser choose a variant; none if the author did, or in a `picture` element, whose sources come first. */
function sourceSet({ srcset, width }: Attributes, image: TargetImage): Attributes {
  const { variants = [], src, width: whole } = image;
  if (srcset !== undefined || variants.length === 0 || whole === undefined) return {};
  const candidates = [...variants, { url: src, width: whole }];
  return {
    srcset: candidates.map((each) => `${each.url} ${each.width}w`).join(', '),
    sizes: width !== undefined && /^\d+$/.test(width) ? `min(100vw, ${width}px)` : COLUMN,
  };
}

/** The first picture of a text is wanted at once, the others when they are near. */
function rewriteImage(attributes: Attributes, targets: TagTargets, isFirst: boolean): Attributes {
  const { width, ...rest } = attributes;
  const image = targets.image(attributes['src'] ?? '');
  const rewritten: Attributes = { ...rest, src: image.src, alt: attributes['alt'] ?? image.alt ?? '' };
  if (width !== undefined) rewritten['width'] = width;
  const given = Number(attributes['height']) || undefined;
  if (image.width !== undefined && image.height !== undefined && width === undefined) {
    // If the author gave one dimension, compute the other, so that the space is reserved.
    const scale = given === undefined ? 1 : given / image.height;
    rewritten['width'] = String(Math.round(image.width * scale));
    rewritten['height'] = String(given ?? image.height);
  }
  const loading = isFirst ? {} : { loading: 'lazy' };
  return { ...rewritten, ...sourceSet(attributes, image), ...loading, decoding: 'async' };
}

/** Alignment as a class: Markdown's columns and HTML of other blogs use a style, which the policy forbids. */
function keepAlignment(attributes: Attributes): Attributes {
  const side = /(?:^|;)\s*text-align\s*:\s*(left|center|right)\s*(?:;|$)/i
    .exec(attributes['style'] ?? '')?.[1]
    ?.toLowerCase();
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

/** Rewrites a tag before the allow-list is applied. */
function rewriteTag(
  name: string,
  given: Attributes,
  targets: TagTargets,
  isFirstImage: () => boolean,
): sanitizeHtml.Tag {
  let attributes = keepAlignment(given);
  if (name === 'img') attributes = rewriteImage(attributes, targets, isFirstImage());
  if (name === 'a') attributes = rewriteLink(attributes, targets);
  if (name === 'source' && attributes['src'] !== undefined)
    attributes = { ...attributes, src: targets.image(attributes['src']).src };
  if (given['srcset'] !== undefined) {
    const srcset = mapSourceSet(given['srcset'], (address) => plainAddress(targets.image(address).src));
    attributes = { ...attributes, srcset };
  }
  for (const key of ADDRESS_ATTRIBUTES) {
    if (attributes[key]?.includes('<') === true)
      attributes = { ...attributes, [key]: plainAddress(attributes[key]) };
  }
  // A long formula scrolls, so the keyboard must reach it.
  if (name === 'math' && attributes['display'] === 'block') attributes = { ...attributes, tabindex: '0' };
  if (name === 'input') {
    const isBox = attributes['type']?.toLowerCase() === 'checkbox';
    return { tagName: isBox ? name : LEFT_OUT, attribs: { ...attributes, disabled: '' } };
  }
  return { tagName: name, attribs: attributes };
}

// The library searches addresses for comments repeatedly; no valid address has one.
function plainAddress(address: string): string {
  return address.replaceAll('<', '%3C');
}

/** The library would add the text of a link that replaces an element to what is in it. */
const EMBED = /(<a [^>]*) data-embed="([^"]*)"([^>]*)><\/a>/g;

/** A link in place of what would be embedded: pages embed nothing of other sites, and feeds should not. */
function linkTo(embed: Embed | undefined, targets: TagTargets): sanitizeHtml.Tag {
  // The empty text drops what is in the element, for browsers that know no frames.
  if (embed === undefined) return { tagName: LEFT_OUT, attribs: {}, text: '' };
  const attribs = { class: 'embed', href: plainAddress(embed.href), 'data-embed': embed.text };
  return { tagName: 'a', attribs: rewriteLink(attribs, targets), text: '' };
}

/**
 * Prepares rendered Markdown and raw HTML for pages and feeds: resolves addresses, adds sizes and lazy loading to pictures, and applies the
 * allow-list. Every tag is serialised and closed, every character reference decoded, so that all parsers agree. Scripts of posts do not
 * run here, so the content of `noscript` is shown. Takes linear time.
 */
export function rewriteHtml(html: string, targets: TagTargets): string {
  return (
    withBlockDirections(sanitizeHtml(html, { ...optionsFor(targets), ...boundedDepth(html) }))
      // An unescaped `>` only ends tags, and a `<` only begins them.
      .replaceAll(' />', '>')
      // A wide table scrolls by itself; focusable, so that the keyboard reaches it.
      .replaceAll(/<table(?=[ >])/g, '<div class="table-scroll" tabindex="0"><table')
      .replaceAll('</table>', '</table></div>')
      .replaceAll(EMBED, '$1$3>$2</a>')
  );
}

/** Missing in the types. */
type Options = sanitizeHtml.IOptions & { readonly allowedEmptyAttributes: readonly string[] };

function optionsFor(targets: TagTargets): Options {
  let images = 0;
  const isFirstImage = (): boolean => ++images === 1;
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
      '*': (name, attributes) => rewriteTag(name, attributes, targets, isFirstImage),
      iframe: (_, { src = '', title }) => linkTo(embedOf(src, title), targets),
      embed: (_, { src = '', title }) => linkTo(embedOf(src, title), targets),
      script: (name, { src = '' }) => {
        const embed = embedOfScript(src);
        return embed === undefined ? { tagName: name, attribs: {} } : linkTo(embed, targets);
      },
    },
  };
}
