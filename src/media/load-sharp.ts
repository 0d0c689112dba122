import type Sharp from 'sharp';

/** The kinds of pictures that are read; all others of libvips are blocked, among them SVG, PDF and TIFF. */
const LOADERS = ['Jpeg', 'Png', 'Webp', 'Heif', 'Nsgif'].map((name) => `VipsForeignLoad${name}`);

export type SharpFactory = typeof Sharp;

/**
 * Loads sharp when the first picture needs it: its libvips is native code, which a platform may lack, and the blog starts without it.
 * Rejects if it cannot be loaded. It decodes in threads of its own, one per picture, and keeps nothing.
 */
export async function loadSharp(): Promise<SharpFactory> {
  const { default: sharp } = await import('sharp');
  sharp.cache(false);
  sharp.concurrency(1);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: LOADERS });
  return sharp;
}
