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
  const source = { sharp, file, metadata, isAnimated };
  try {
    const picture = await encode(reduced(source, MAX_WIDTH), metadata);
    return { picture, variants: isAnimated ? [] : await makeVariants(source, picture) };
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

/** In the format of the source, AVIF as WebP, which is encoded in a fraction of the time. */
async function encode(image: Sharp, { format, isPalette }: Metadata): Promise<MadeFile> {
  switch (format) {
    case 'jpeg':
      return finished(image.jpeg({ quality: 85, progressive: true }), 'jpeg', 'jpg');
    case 'png':
      return finished(image.png(isPalette === true ? { palette: true, dither: 0 } : {}), 'png');
    case 'gif':
      return finished(image.gif(), 'gif');
    default:
      return finished(image.webp({ quality: 85 }), 'webp');
  }
}

async function finished(image: Sharp, type: string, extension = type): Promise<MadeFile> {
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  const height = info.pageHeight ?? info.height;
  return { bytes: data, width: info.width, height, contentType: `image/${type}`, extension };
}

async function makeVariants(source: Source, picture: MadeFile): Promise<readonly MadeFile[]> {
  // Text in a screenshot needs more than a photograph.
  const quality = source.metadata.format === 'png' ? 90 : 80;
  const variants: MadeFile[] = [];
  for (const width of VARIANT_WIDTHS.filter((each) => each < picture.width)) {
    const variant = await finished(reduced(source, width).webp({ quality }), 'webp');
    if (variant.bytes.length < picture.bytes.length) variants.push(variant);
  }
  return variants;
}
