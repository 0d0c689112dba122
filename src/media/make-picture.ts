import { stat } from 'node:fs/promises';
import type { Metadata, Sharp } from 'sharp';
import { loadSharp, type SharpFactory } from './load-sharp.ts';
import { PictureError } from './picture-error.ts';

/** Of all frames together, about what the largest phone cameras of today take; four bytes each while it is decoded. */
export const MAX_PIXELS = 64_000_000;
/** Wider pictures are reduced. */
const MAX_WIDTH = 2400;
/** WebP ends at 16,383. */
const MAX_HEIGHT = 12_000;
/** Widths of the variants that a page offers beside the picture. */
const VARIANT_WIDTHS: readonly number[] = [480, 960, 1600];
const MAX_SECONDS = 40;

/** An encoded picture. */
export interface MadeFile {
  readonly bytes: Buffer;
  readonly width: number;
  readonly height: number;
  readonly contentType: string;
  /** Without the dot. */
  readonly extension: string;
}

export interface MadePicture {
  readonly picture: MadeFile;
  /** Smaller in pixels and bytes, narrowest first; none of an animation. */
  readonly variants: readonly MadeFile[];
}

interface Source {
  readonly sharp: SharpFactory;
  readonly file: string;
  readonly metadata: Metadata;
  readonly isAnimated: boolean;
}

/**
 * Decodes a picture and encodes it anew, so that nothing else of the file is left: EXIF with its position, XMP, comments, a second format
 * that the same bytes would be. It is turned as EXIF says, its colours are converted to sRGB. Throws PictureError.
 */
export async function makePicture(file: string, load = loadSharp): Promise<MadePicture> {
  const source = await openPicture(file, load);
  return decoded(async () => {
    // AVIF as WebP, which is encoded in a fraction of the time.
    const picture = await encode(source, source.metadata.format === 'heif' ? 'webp' : source.metadata.format);
    return { picture, variants: await makeVariants(source, picture.width, picture.bytes.length) };
  });
}

/** The size that a file is shown at, in pixels, and what was made of it. */
export interface CompletedPicture {
  readonly width: number;
  readonly height: number;
  /** The picture made anew, in the same format; undefined if the file stays as it is. */
  readonly picture: MadeFile | undefined;
  readonly variants: readonly MadeFile[];
}

/**
 * Makes the variants of a picture that has its name already. If it `cleans`, the picture is made anew if EXIF, XMP or IPTC data are in the
 * file; otherwise it stays as it is. Throws PictureError.
 */
export async function completePicture(
  file: string,
  { cleans, load = loadSharp }: { readonly cleans: boolean; readonly load?: typeof loadSharp },
): Promise<CompletedPicture> {
  const source = await openPicture(file, load);
  const { exif, xmp, iptc, format, autoOrient } = source.metadata;
  return decoded(async () => {
    const hasMore = [exif, xmp, iptc].some((data) => data !== undefined);
    const picture = cleans && hasMore ? await encode(source, format) : undefined;
    const { width, height } = picture ?? autoOrient;
    const bytes = picture?.bytes.length ?? (await stat(file)).size;
    return { width, height, picture, variants: await makeVariants(source, width, bytes) };
  });
}

async function openPicture(file: string, load: typeof loadSharp): Promise<Source> {
  const sharp = await load().catch((cause: unknown) => {
    throw new PictureError(
      'unavailable',
      'Pictures cannot be processed here: the package sharp does not run on this machine. Run npm ci again, or use a platform that it supports.',
      { cause },
    );
  });
  const metadata = await readMetadata(sharp, file);
  const isAnimated = (metadata.pages ?? 1) > 1;
  const pixels = metadata.width * metadata.height * (isAnimated ? (metadata.pages ?? 1) : 1);
  if (pixels > MAX_PIXELS) throw tooManyPixels(pixels);
  return { sharp, file, metadata, isAnimated };
}

async function decoded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new PictureError('damaged', 'The picture is damaged: it cannot be decoded to its end.', { cause });
  }
}

async function readMetadata(sharp: SharpFactory, file: string): Promise<Metadata> {
  try {
    return await sharp(file, { limitInputPixels: false }).metadata();
  } catch (cause) {
    throw new PictureError(
      'kind',
      'This is no picture that the blog takes. It takes JPEG, PNG, WebP, AVIF and GIF.',
      { cause },
    );
  }
}

function tooManyPixels(pixels: number): PictureError {
  const millions = (count: number): number => Math.ceil(count / 1_000_000);
  return new PictureError(
    'too-many-pixels',
    `The picture has ${millions(pixels)} million pixels, all frames together; the limit is ${millions(MAX_PIXELS)} million. Make it smaller first.`,
  );
}

function reduced({ sharp, file, isAnimated }: Source, width: number): Sharp {
  return sharp(file, { animated: isAnimated, limitInputPixels: MAX_PIXELS, failOn: 'error' })
    .autoOrient()
    .resize({ width, height: MAX_HEIGHT, fit: 'inside', withoutEnlargement: true })
    .timeout({ seconds: MAX_SECONDS });
}

function encode(source: Source, format: Metadata['format']): Promise<MadeFile> {
  const image = reduced(source, MAX_WIDTH);
  switch (format) {
    case 'jpeg':
      return finished(image.jpeg({ quality: 85, progressive: true }), 'jpeg', 'jpg');
    case 'png':
      return finished(image.png(source.metadata.isPalette ? { palette: true, dither: 0 } : {}), 'png');
    case 'gif':
      return finished(image.gif(), 'gif');
    case 'heif':
      return finished(image.avif({ effort: 2 }), 'avif');
    default:
      return finished(image.webp({ quality: 85 }), 'webp');
  }
}

async function finished(image: Sharp, type: string, extension = type): Promise<MadeFile> {
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  const height = info.pageHeight ?? info.height;
  return { bytes: data, width: info.width, height, contentType: `image/${type}`, extension };
}

/** Smaller in pixels and bytes than the picture. */
async function makeVariants(
  source: Source,
  pictureWidth: number,
  pictureBytes: number,
): Promise<readonly MadeFile[]> {
  if (source.isAnimated) return [];
  // Text in a screenshot needs more than a photograph.
  const quality = source.metadata.format === 'png' ? 90 : 80;
  const variants: MadeFile[] = [];
  for (const width of VARIANT_WIDTHS.filter((each) => each < pictureWidth)) {
    const variant = await finished(reduced(source, width).webp({ quality }), 'webp');
    if (variant.bytes.length < pictureBytes) variants.push(variant);
  }
  return variants;
}
