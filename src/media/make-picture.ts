import { stat } from 'node:fs/promises';
import type { Metadata, Sharp } from 'sharp';
import { loadSharp, type SharpFactory } from './load-sharp.ts';
import { PictureError } from './picture-error.ts';

/** About what the largest phone cameras of today take: decoding takes up to 0.3 GB. */
export const MAX_PIXELS = 64_000_000;
/** The decoder of AVIF takes 19 bytes per pixel. */
const MAX_AVIF_PIXELS = 16_000_000;
/** Of all frames together: each is encoded anew. */
const MAX_FRAME_PIXELS = 24_000_000;
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
    const { format } = source.metadata;
    const image = await decode(source);
    const picture = await encode(source, image, format === 'heif' ? 'webp' : format);
    return { picture, variants: await makeVariants(source, image, picture.bytes.length) };
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
    const hasMore = cleans && [exif, xmp, iptc].some((data) => data !== undefined);
    if (!hasMore && autoOrient.width <= Math.min(...VARIANT_WIDTHS))
      return { ...autoOrient, picture: undefined, variants: [] };
    const image = await decode(source);
    const picture = hasMore ? await encode(source, image, format) : undefined;
    const { width, height } = picture ?? autoOrient;
    const bytes = picture?.bytes.length ?? (await stat(file)).size;
    return { width, height, picture, variants: await makeVariants(source, image, bytes) };
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
  const { width, height, pages = 1, format } = metadata;
  const isAnimated = pages > 1;
  const pixels = width * height * pages;
  const limit = format === 'heif' ? MAX_AVIF_PIXELS : isAnimated ? MAX_FRAME_PIXELS : MAX_PIXELS;
  if (pixels > limit) throw tooManyPixels(pixels, limit);
  return { sharp, file, metadata, isAnimated };
}

async function decoded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof Error && cause.message.startsWith('timeout'))
      throw new PictureError(
        'slow',
        `The picture takes longer than ${MAX_SECONDS} seconds. Make it smaller first.`,
        { cause },
      );
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

function tooManyPixels(pixels: number, limit: number): PictureError {
  const millions = (count: number): number => Math.ceil(count / 1_000_000);
  return new PictureError(
    'too-many-pixels',
    `The picture has ${millions(pixels)} million pixels, all frames together; the limit for its kind is ${millions(limit)} million. Make it smaller first.`,
  );
}

/** Decodes it once, as wide as it is shown at most: a large picture takes long, and much memory. An animation is decoded while it is encoded. */
async function decode({ sharp, file, isAnimated }: Source): Promise<Sharp> {
  const image = sharp(file, { animated: isAnimated, limitInputPixels: MAX_PIXELS, failOn: 'error' })
    .autoOrient()
    .resize({ width: MAX_WIDTH, height: MAX_HEIGHT, fit: 'inside', withoutEnlargement: true })
    .timeout({ seconds: MAX_SECONDS });
  if (isAnimated) return image;
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return sharp(data, { raw: { width, height, channels } });
}

function encode(
  { metadata: { isPalette } }: Source,
  image: Sharp,
  format: Metadata['format'],
): Promise<MadeFile> {
  switch (format) {
    case 'jpeg':
      return finished(image.clone().jpeg({ quality: 85, progressive: true }), 'jpeg', 'jpg');
    case 'png':
      return finished(image.clone().png(isPalette ? { palette: true, dither: 0 } : {}), 'png');
    case 'gif':
      return finished(image.clone().gif({ effort: 3 }), 'gif');
    case 'heif':
      return finished(image.clone().avif({ effort: 2 }), 'avif');
    default:
      return finished(image.clone().webp({ quality: 85 }), 'webp');
  }
}

async function finished(image: Sharp, type: string, extension = type): Promise<MadeFile> {
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  const height = info.pageHeight ?? info.height;
  return { bytes: data, width: info.width, height, contentType: `image/${type}`, extension };
}

/** Narrower and with fewer bytes than the picture. */
async function makeVariants(
  { metadata, isAnimated }: Source,
  image: Sharp,
  pictureBytes: number,
): Promise<readonly MadeFile[]> {
  if (isAnimated) return [];
  // Text in a screenshot needs more than a photograph.
  const quality = metadata.format === 'png' ? 90 : 80;
  const variants: MadeFile[] = [];
  for (const width of VARIANT_WIDTHS.filter((each) => each < metadata.autoOrient.width)) {
    const variant = await finished(image.clone().resize({ width }).webp({ quality }), 'webp');
    if (variant.bytes.length < pictureBytes) variants.push(variant);
  }
  return variants;
}
