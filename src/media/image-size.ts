import { disableTypes, imageSize as readSize, types } from 'image-size';
import type { Dimensions } from './dimensions.ts';
import { heifSize } from './heif-size.ts';
import { jpegSize } from './jpeg-size.ts';

// Not JPEG and HEIF: of those it misses turns and crops, and takes long for damaged ones (see otel/DECISIONS.md).
const READ: ReadonlySet<string> = new Set(['bmp', 'gif', 'png', 'tiff', 'webp']);
disableTypes(types.filter((type) => !READ.has(type)));

/** The library needs no more than the first bytes, but of a TIFF: its directory may be anywhere, and is read once. */
const MAX_BYTES = 1024;
/** Wider is no picture, but text that begins with the two letters of BMP. */
const MAX_SIDE = 1_000_000;
/** An SVG whose root element begins or ends after this many bytes has no size; the library looks at 1,000. */
const MAX_SVG_HEAD_BYTES = 4096;

const TIFF_SIGNATURES: readonly string[] = ['II*\0', 'II+\0', 'MM\0*', 'MM\0+'];

function readByLibrary(bytes: Buffer): Dimensions {
  const isTiff = TIFF_SIGNATURES.includes(bytes.toString('latin1', 0, 4));
  // A copy: past the end of a Buffer, the library would read the memory that it shares with others.
  const { width, height } = readSize(new Uint8Array(isTiff ? bytes : bytes.subarray(0, MAX_BYTES)));
  return { width, height };
}

function readBinary(bytes: Buffer): Dimensions | undefined {
  try {
    return jpegSize(bytes) ?? heifSize(bytes) ?? readByLibrary(bytes);
  } catch {
    // Of another kind, or damaged: an image without a size.
    return undefined;
  }
}

function readSvg(bytes: Buffer): Dimensions | undefined {
  const root = /<svg\b[^>]*>/.exec(bytes.toString('utf8', 0, MAX_SVG_HEAD_BYTES))?.[0];
  if (root === undefined) return undefined;
  const length = (name: string): number =>
    Number(new RegExp(`\\s${name}=["']([\\d.]+)(?:px)?["']`).exec(root)?.[1]);
  const box = /\sviewBox=["']\s*[-\d.]+[\s,]+[-\d.]+[\s,]+([\d.]+)[\s,]+([\d.]+)/.exec(root);
  const width = length('width') || Number(box?.[1]);
  const height = length('height') || Number(box?.[2]);
  return { width: Math.round(width), height: Math.round(height) };
}

/**
 * The size an image is shown at: PNG, JPEG (turned by EXIF), GIF, WebP, AVIF and HEIC (cropped and turned), BMP, TIFF, SVG; undefined if it
 * has none. Never throws, whatever the bytes are.
 */
export function imageSize(bytes: Buffer): Dimensions | undefined {
  const size = readBinary(bytes) ?? readSvg(bytes);
  const isShown = (side: number): boolean => side > 0 && side <= MAX_SIDE;
  return size !== undefined && isShown(size.width) && isShown(size.height) ? size : undefined;
}
