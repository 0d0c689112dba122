import { decodeHTMLAttribute } from 'entities';
import type { SiteSettings } from '../db/site-settings.ts';
import { html, type Html } from '../markup/html.ts';
import { readHtml } from '../markup/html-tokens.ts';

/** The picture that programs show beside a link to a page. */
export interface CardPicture {
  /** Of this blog, or of another site with https. */
  readonly address: string;
  readonly alt: string;
  /** Pixels; undefined: unknown. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

/** Smaller ones are signs and smileys. */
const MIN_PIXELS = 200;
/** From this width on, programs show a picture over the whole card. */
const LARGE_PIXELS = 600;

/** The picture of pages without their own; undefined: none. */
export function cardOf({ cardPicture, headPicture }: SiteSettings): CardPicture | undefined {
  const address = cardPicture === '' ? headPicture : cardPicture;
  return address === '' ? undefined : { address, alt: '' };
}

/** The first picture of a text that is no sign; undefined: none. */
export function firstPicture(text: string): CardPicture | undefined {
  let found: CardPicture | undefined;
  let attributes: Record<string, string> = {};
  readHtml(text, {
    attribute(name, start, end) {
      if (found === undefined) attributes[name] = decodeHTMLAttribute(text.slice(start, end));
    },
    tag(name, isClosing) {
      if (found === undefined && name === 'img' && !isClosing) found = pictureOf(attributes);
      attributes = {};
    },
  });
  return found;
}

function pictureOf({
  src = '',
  alt = '',
  width,
  height,
}: Readonly<Record<string, string>>): CardPicture | undefined {
  const size = { width: pixels(width), height: pixels(height) };
  // One of this blog without a size is missing, or a drawing (SVG) that previews do not show.
  const isKnown = src.startsWith('https://') || (/^\/(?!\/)/.test(src) && size.width !== undefined);
  const isSign = (size.width ?? MIN_PIXELS) < MIN_PIXELS || (size.height ?? MIN_PIXELS) < MIN_PIXELS / 2;
  if (!isKnown || isSign) return undefined;
  return { address: src, alt, ...size };
}

function pixels(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,5}$/.test(text) ? Number(text) : undefined;
}

export function absoluteAddress(address: string, origin: string): string {
  return address.startsWith('/') ? origin + address : address;
}

/** Open Graph and what of it X needs in addition; nothing without a picture. */
export function cardHead(picture: CardPicture | undefined, origin: string): Html {
  if (picture === undefined) return html``;
  const { address, alt, width, height } = picture;
  const isLarge = (width ?? LARGE_PIXELS) >= LARGE_PIXELS;
  return html`<meta property="og:image" content="${absoluteAddress(address, origin)}" />
    ${width !== undefined && html`<meta property="og:image:width" content="${width}" /> `}${
      height !== undefined && html`<meta property="og:image:height" content="${height}" /> `
    }${alt !== '' && html`<meta property="og:image:alt" content="${alt}" /> `}
    <meta name="twitter:card" content="${isLarge ? 'summary_large_image' : 'summary'}" />`;
}
