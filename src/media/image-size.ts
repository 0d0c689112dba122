import { disableTypes, imageSize as readSize, types } from 'image-size';

/** Pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

const READ: ReadonlySet<string> = new Set(['avif', 'bmp', 'gif', 'heif', 'jpg', 'png', 'tiff', 'webp']);
disableTypes(types.filter((type) => !READ.has(type)));

/**
 * What the library sees of a file. It searches boxes of HEIF again for each picture in them (64 KiB made for that take it 50 ms), and
 * JPEG byte by byte where that is damaged (75 ms for 1 MiB). Metadata of phones before the picture may be some MiB.
 */
const MAX_BYTES = 64 * 1024;
const MAX_JPEG_BYTES = 4 * 1024 * 1024;
/** Wider is no picture, but text that begins with the two letters of BMP. */
const MAX_SIDE = 1_000_000;
/** An SVG whose root element begins or ends after this many bytes has no size; the library looks at 1,000. */
const MAX_SVG_HEAD_BYTES = 4096;

const TIFF_SIGNATURES: readonly string[] = ['II*\0', 'II+\0', 'MM\0*', 'MM\0+'];
/** A box of nine bytes: its length, its name, quarters of a turn. */
const ROTATION = '\0\0\0\u0009irot';

/** A copy: past the end of a Buffer, the library would read the memory that it shares with others. */
function headOf(bytes: Buffer): Uint8Array {
  const signature = bytes.toString('latin1', 0, 4);
  // The directory of a TIFF may be anywhere; it is read once.
  if (TIFF_SIGNATURES.includes(signature)) return new Uint8Array(bytes);
  return new Uint8Array(bytes.subarray(0, signature.startsWith('\xff\xd8') ? MAX_JPEG_BYTES : MAX_BYTES));
}

/** True if the pictures of an AVIF or HEIC are shown on their side; the library does not know of `irot`. */
function isRotated(head: Uint8Array): boolean {
  const text = Buffer.from(head.buffer).toString('latin1');
  const at = text.startsWith('ftyp', 4) ? text.indexOf(ROTATION) : -1;
  return at !== -1 && text.charCodeAt(at + ROTATION.length) % 2 === 1;
}

function readBinary(bytes: Buffer): ImageSize | undefined {
  try {
    const head = headOf(bytes);
    const { width, height, orientation = 1 } = readSize(head);
    // EXIF orientations from 5 on lie on their side.
    return orientation >= 5 || isRotated(head) ? { width: height, height: width } : { width, height };
  } catch {
    // Of another kind, or damaged: an image without a size.
    return undefined;
  }
}

function readSvg(bytes: Buffer): ImageSize | undefined {
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
 * The size an image is shown at: PNG, JPEG (turned by EXIF), GIF, WebP, AVIF and HEIC (turned by `irot`), BMP, TIFF, SVG; undefined if it
 * has none. Never throws, whatever the bytes are.
 */
export function imageSize(bytes: Buffer): ImageSize | undefined {
  const size = readBinary(bytes) ?? readSvg(bytes);
  const isShown = (side: number): boolean => side > 0 && side <= MAX_SIDE;
  return size !== undefined && isShown(size.width) && isShown(size.height) ? size : undefined;
}
