import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { makePicture, type MadePicture } from '../../../src/media/make-picture.ts';
import {
  animation,
  noisyPicture,
  phonePhoto,
  pixelBomb,
  plainPicture,
  type PictureFormat,
} from '../../fixtures/pictures.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const folder = temporaryFolder();
let count = 0;

function fileOf(bytes: Buffer | string): string {
  const file = join(folder, `${++count}.jpg`);
  writeFileSync(file, bytes);
  return file;
}
const made = async (bytes: Buffer | string | Promise<Buffer>): Promise<MadePicture> =>
  makePicture(fileOf(await bytes));

describe('makePicture', () => {
  it.each<[PictureFormat, string, string]>([
    ['jpeg', 'image/jpeg', 'jpg'],
    ['png', 'image/png', 'png'],
    ['webp', 'image/webp', 'webp'],
    ['avif', 'image/webp', 'webp'],
    ['gif', 'image/gif', 'gif'],
  ])('recognises %s by its bytes, whatever its name says', async (format, contentType, extension) => {
    const { picture, variants } = await made(plainPicture(format));
    expect(picture).toMatchObject({ contentType, extension, width: 40, height: 30 });
    expect((await sharp(picture.bytes).metadata()).format).toBe(contentType.split('/')[1]);
    expect(variants).toEqual([]);
  });

  it('turns a photograph as EXIF says, and leaves nothing of EXIF, XMP and place', async () => {
    const bytes = await phonePhoto();
    expect(bytes.toString('latin1')).toMatch(/CANARY-CAMERA[^]*CANARY-XMP/);
    const { picture } = await made(bytes);
    expect(picture).toMatchObject({ width: 800, height: 1200 });
    const metadata = await sharp(picture.bytes).metadata();
    expect([metadata.exif, metadata.xmp, metadata.iptc, metadata.orientation]).toEqual(
      Array.from({ length: 4 }, () => undefined),
    );
    expect(picture.bytes.toString('latin1')).not.toMatch(/CANARY|Exif|GPS/);
    // What lay left is on top.
    const [red, , blue] = await sharp(picture.bytes)
      .extract({ left: 400, top: 100, width: 1, height: 1 })
      .raw()
      .toBuffer();
    expect([red! > 150, blue! < 80]).toEqual([true, true]);
  });

  it.each(['p3', 'cmyk'])('converts the colours of %s to sRGB', async (profile) => {
    const source = sharp({ create: { width: 8, height: 8, channels: 3, background: '#30a060' } });
    const coloured = await (profile === 'cmyk' ? source.toColourspace('cmyk') : source)
      .withIccProfile(profile)
      .jpeg({ quality: 100 })
      .toBuffer();
    expect((await sharp(coloured).metadata()).icc).toBeDefined();
    const { picture } = await made(coloured);
    expect(await sharp(picture.bytes).metadata()).toMatchObject({ space: 'srgb', channels: 3 });
    expect((await sharp(picture.bytes).metadata()).icc).toBeUndefined();
    const [red, green, blue] = await sharp(picture.bytes).raw().toBuffer();
    // The same colour as seen, not the same numbers.
    for (const [value, wanted] of [[red!, 0x30] as const, [green!, 0xa0] as const, [blue!, 0x60] as const])
      expect(Math.abs(value - wanted)).toBeLessThan(24);
  });

  it('makes variants of fewer pixels and bytes, and reduces what is wider than a page', async () => {
    const { picture, variants } = await made(noisyPicture(2600, 300));
    expect([picture.width, picture.height]).toEqual([2400, 277]);
    expect(variants.map(({ width, contentType }) => [width, contentType])).toEqual([
      [480, 'image/webp'],
      [960, 'image/webp'],
      [1600, 'image/webp'],
    ]);
    for (const { bytes, width, height } of variants) {
      expect(await sharp(bytes).metadata()).toMatchObject({ width, height });
      expect(bytes.length).toBeLessThan(picture.bytes.length);
    }
  });

  it.each(['gif', 'webp'] as const)('keeps the frames of an animation (%s)', async (format) => {
    const { picture, variants } = await made(animation(format));
    expect(picture).toMatchObject({ width: 20, height: 10, extension: format });
    expect((await sharp(picture.bytes).metadata()).pages).toBe(3);
    expect(variants).toEqual([]);
  });

  it.each([
    ['a ZIP', Buffer.from('PK\u0003\u0004CANARY')],
    ['a page', Buffer.from('<script>CANARY</script>')],
  ])('drops %s that follows the picture', async (_, trailing) => {
    for (const format of ['jpeg', 'png', 'gif', 'webp'] as const) {
      const { picture } = await made(Buffer.concat([await plainPicture(format), trailing]));
      expect(picture.bytes.includes('CANARY')).toBe(false);
    }
  });

  it('drops a script that a GIF is at the same time', async () => {
    const gif = await plainPicture('gif');
    // A comment of the format, which browsers ignore and a script engine runs.
    const script = Buffer.from('=1;alert("CANARY");/*');
    const comment = Buffer.concat([
      Buffer.from([0x21, 0xfe, script.length]),
      script,
      Buffer.from([0]),
      gif.subarray(gif.lastIndexOf(Buffer.from([0x2c, 0, 0, 0, 0]))),
    ]);
    const both = Buffer.concat([gif.subarray(0, gif.lastIndexOf(Buffer.from([0x2c, 0, 0, 0, 0]))), comment]);
    expect((await sharp(both).metadata()).format).toBe('gif');
    expect((await made(both)).picture.bytes.includes('CANARY')).toBe(false);
  });

  it.each([
    ['a drawing', '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>'],
    ['a page', '<!doctype html><p>Hello'],
    ['a PDF', '%PDF-1.4\n%%EOF'],
    ['nothing', ''],
    ['the first bytes of a JPEG', Buffer.from([0xff, 0xd8, 0xff])],
    ['a TIFF', Buffer.from('II*\0\b\0\0\0\0\0\0\0\0\0')],
  ])('refuses %s', async (_, bytes) => {
    await expect(made(bytes)).rejects.toMatchObject({ fault: 'kind', status: 415 });
  });

  it('refuses a picture that ends early', async () => {
    const bytes = await noisyPicture(300, 300);
    await expect(made(bytes.subarray(0, bytes.length / 2))).rejects.toMatchObject({ fault: 'damaged' });
  });

  it('refuses more pixels than it may decode, by the head alone', async () => {
    await expect(made(pixelBomb())).rejects.toMatchObject({
      fault: 'too-many-pixels',
      message: expect.stringContaining('900 million pixels'),
    });
  });

  it('counts the pixels of all frames', async () => {
    const bytes = await animation('gif');
    // The size of the first frame, which is that of all.
    const size = bytes.indexOf(Buffer.from([0x2c, 0, 0, 0, 0, 20, 0, 10, 0])) + 5;
    for (const at of [6, 8, size, size + 2]) bytes.writeUInt16LE(3000, at);
    await expect(made(bytes)).rejects.toMatchObject({
      message: expect.stringContaining('27 million pixels, all frames'),
    });
  });

  it('says so where sharp cannot be loaded', async () => {
    const load = () => Promise.reject(new Error('Could not load the "sharp" module'));
    await expect(makePicture(fileOf(await plainPicture('png')), load)).rejects.toMatchObject({
      fault: 'unavailable',
      status: 503,
    });
  });
});
