import { describe, expect, it } from '@jest/globals';
import { fc } from '../../fixtures/properties.ts';
import { expectLinear } from '../../fixtures/linear-time.ts';
import { imageSize } from '../../../src/media/image-size.ts';

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s+/g, ''), 'hex');

const PNG = hex('89504e470d0a1a0a 0000000d 49484452 00000140 000000f0 08020000');
const JPEG_FRAME = 'ffc0 0011 08 00f0 0140 03';
const JPEG = hex(`ffd8 ffe0 0010 4a46494600 0101 00 0001 0001 00 00 ${JPEG_FRAME} 012200021101`);
/** A JPEG whose Exif data has these bytes of TIFF. */
const jpegOfExif = (tiff: string): Buffer => {
  const exif = hex(`4578 6966 0000 ${tiff}`);
  const length = Buffer.from([0, exif.length + 2]);
  return Buffer.concat([hex('ffd8 ffe1'), length, exif, hex(`${JPEG_FRAME} 012200021101`)]);
};
const TURNED_JPEG = jpegOfExif('4949 2a00 0800 0000 0100 1201 0300 0100 0000 0600 0000 0000 0000');

/** As cameras and editors write it that keep values before the directory. */
const EXIF_DIRECTORY_AT_20 =
  '4949 2a00 1400 0000 4861 7373 656c 626c 6164 0000 0200 0f01 0200 0b00 0000 0800 0000 1201 0300 0100 0000 0600 0000';

/** A box of ISO base media files: length, name, content. */
function box(name: string, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(head.length + body.length);
  head.write(name, 4, 'latin1');
  return Buffer.concat([head, body]);
}

const zeros = Buffer.alloc(4);
const extent = (width: string, height: string): Buffer =>
  box('ispe', zeros, hex(`0000${width} 0000${height}`));
const ASSOCIATIONS_OF_ITEM_2 = (count: number): Buffer =>
  Buffer.from([2, count, ...Array.from({ length: count }, (_, at) => 0x80 | (at + 1))]);
/** A file of two items; the first is a thumbnail of the first property only, the second has all properties and is the primary one. */
const heif = (brand: string, ...properties: readonly Buffer[]): Buffer =>
  Buffer.concat([
    box('ftyp', Buffer.from(brand), zeros),
    box(
      'meta',
      zeros,
      box('pitm', zeros, hex('0002')),
      box(
        'iprp',
        box('ipco', ...properties),
        box('ipma', zeros, hex('00000002 0001 01 81 00'), ASSOCIATIONS_OF_ITEM_2(properties.length)),
      ),
    ),
    box('mdat', Buffer.alloc(64)),
  ]);
const AVIF = heif('avif', extent('0140', '00f0'));
const HEIC = heif('heic', extent('0140', '00f0'), box('irot', hex('03')));
/** Items without properties, but not the primary one. */
const heifOfItems = (size: number): Buffer => {
  const items = Buffer.alloc(size);
  return Buffer.concat([
    box('ftyp', Buffer.from('avif'), zeros),
    box(
      'meta',
      zeros,
      box('pitm', zeros, hex('0002')),
      box('iprp', box('ipma', zeros, hex('7fffffff'), items)),
    ),
  ]);
};
const clap = (width: string, height: string): Buffer =>
  box('clap', hex(`${width} ${height} ffffffec 00000002 ffffffe2 00000002`));
const LARGE_NUMBERS = Buffer.concat([
  box('ftyp', Buffer.from('avif'), zeros),
  // The rest of the file, as a length of 0 says; version 1 of both boxes and numbers of two bytes.
  hex('00000000 6d657461 00000000'),
  box('pitm', hex('01000000 00010000')),
  box(
    'iprp',
    box('ipco', extent('0040', '0040'), extent('0140', '00f0')),
    box('ipma', hex('01000001 00000001 00010000 01 8002')),
  ),
]);
const BMP = hex('424d 00000000 00000000 36000000 28000000 40010000 10ffffff 0100 1800 00000000 00000000');
/** The directory stands at the end, as most programs write it. */
const TIFF = hex(
  `49492a00 10000000 ${'00'.repeat(8)} 0200 0001 0300 01000000 40010000 0101 0400 01000000 f0000000 00000000`,
);
const BIG_ENDIAN_TIFF = hex(
  '4d4d002a 00000008 0002 0100 0003 00000001 0140 0000 0101 0003 00000001 00f0 0000 00000000',
);

describe('imageSize', () => {
  it.each([
    ['AVIF', AVIF, 320, 240],
    ['AVIF on its side', heif('avif', extent('0140', '00f0'), box('irot', hex('01'))), 240, 320],
    ['AVIF upside down', heif('avif', extent('0140', '00f0'), box('irot', hex('02'))), 320, 240],
    [
      'AVIF, cropped',
      heif('avif', extent('0154', '010e'), clap('00000140 00000001', '000001e0 00000002')),
      320,
      240,
    ],
    [
      'AVIF, cropped and turned',
      heif(
        'avif',
        extent('0154', '010e'),
        clap('00000140 00000001', '000000f0 00000001'),
        box('irot', hex('01')),
      ),
      240,
      320,
    ],
    [
      'AVIF with a crop that is no part of it',
      heif('avif', extent('0140', '00f0'), clap('00000141 00000001', '000000f0 00000001')),
      320,
      240,
    ],
    [
      'AVIF with a crop of nothing',
      heif('avif', extent('0140', '00f0'), clap('00000000 00000000', '000000f0 00000000')),
      320,
      240,
    ],
    ['AVIF with long numbers', LARGE_NUMBERS, 320, 240],
    ['HEIC, on its side', HEIC, 240, 320],
    ['BMP, from top to bottom', BMP, 320, 240],
    ['TIFF', TIFF, 320, 240],
    ['TIFF of the other byte order', BIG_ENDIAN_TIFF, 320, 240],
    ['PNG', PNG, 320, 240],
    ['GIF', Buffer.from('GIF87a\x40\x01\xf0\x00', 'latin1'), 320, 240],
    ['JPEG', JPEG, 320, 240],
    ['JPEG on its side', TURNED_JPEG, 240, 320],
    ['JPEG, progressive', hex('ffd8 ffc2 0011 08 00f0 0140 03 012200021101'), 320, 240],
    ['JPEG, arithmetic coding', hex('ffd8 ffc9 0011 08 00f0 0140 03 012200021101'), 320, 240],
    [
      'JPEG with tables before its frame',
      hex(`ffd8 ffc4 0004 0000 ffff ffcc 0004 0000 00 ${JPEG_FRAME} 012200021101`),
      320,
      240,
    ],
    ['JPEG on its side, directory after its values', jpegOfExif(EXIF_DIRECTORY_AT_20), 240, 320],
    [
      'JPEG on its side, big-endian',
      jpegOfExif('4d4d 002a 0000 000a ffff 0001 0112 0003 00000001 0008 0000'),
      240,
      320,
    ],
    [
      'JPEG of no valid orientation',
      jpegOfExif('4949 2a00 0800 0000 0100 1201 0300 0100 0000 0900 0000'),
      320,
      240,
    ],
    [
      'JPEG whose orientation is no number of 16 bits',
      jpegOfExif('4949 2a00 0800 0000 0100 1201 0400 0100 0000 0600 0000'),
      320,
      240,
    ],
    [
      'JPEG whose directory is elsewhere',
      jpegOfExif('4949 2a00 ffff ff7f 0100 1201 0300 0100 0000 0600 0000'),
      320,
      240,
    ],
    ['WebP, lossy', hex('52494646 00000000 57454250 56503820 00000000 300100 9d012a 4001 f000'), 320, 240],
    [
      'WebP, lossless',
      hex('52494646 00000000 57454250 5650384c 00000000 2f 3fc13b00 00000000 0000'),
      320,
      240,
    ],
    ['WebP, extended', hex('52494646 00000000 57454250 56503858 0a000000 10000000 3f0100 ef0000'), 320, 240],
    ['SVG', Buffer.from('<?xml version="1.0"?><svg width="320px" height="240">'), 320, 240],
    ['SVG by its box', Buffer.from('<svg xmlns="x" viewBox="0 0 320.4 240">'), 320, 240],
  ])('reads %s', (_, bytes, width, height) => {
    expect(imageSize(bytes)).toEqual({ width, height });
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('hello')],
    ['a PNG of no width', hex('89504e470d0a1a0a 0000000d 49484452 00000000 000000f0')],
    ['an SVG without a size', Buffer.from('<svg>')],
    ['a JPEG without a frame', hex('ffd8 ffd9')],
    ['a text that begins like a BMP', Buffer.from('BMW builds cars, and this is a text about them.')],
    ['a BMP of which only the start is there', BMP.subarray(0, 20)],
    ['an AVIF without properties', heif('avif')],
    ['an AVIF without a primary item', Buffer.concat([box('ftyp', Buffer.from('avif')), box('meta', zeros)])],
    ['an AVIF whose box is longer than the file', heif('avif', hex('7fffffff 69737065'))],
    ['a TIFF whose directory is elsewhere', hex('49492a00 ffffff7f')],
  ])('has none for %s', (_, bytes) => {
    expect(imageSize(bytes)).toBeUndefined();
  });

  it('survives images cut off or damaged anywhere', () => {
    for (const whole of [PNG, JPEG, TURNED_JPEG, AVIF, HEIC, BMP, TIFF, BIG_ENDIAN_TIFF]) {
      fc.assert(
        fc.property(fc.nat(whole.length), fc.nat(whole.length - 1), fc.nat(255), (length, at, byte) => {
          const damaged = Buffer.from(whole.subarray(0, length));
          if (at < length) damaged[at] = byte;
          const size = imageSize(damaged);
          return size === undefined || (size.width > 0 && size.height > 0);
        }),
      );
    }
  });

  it('survives any bytes after any signature', () => {
    const signatures = [
      'ffd8ffe0',
      '89504e470d0a1a0a',
      '47494638396100',
      '52494646',
      '49492a00',
      '4d4d002a',
      '424d',
      '000000186674797061766966',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...signatures), fc.uint8Array({ maxLength: 300 }), (signature, rest) => {
        imageSize(Buffer.concat([hex(signature), rest]));
      }),
      { numRuns: 2000 },
    );
  });

  // Each step of these is as small as its format lets it be, or leads back.
  it.each([
    ['JPEG of nothing', (size: number) => Buffer.concat([hex('ffd8ffe0'), Buffer.alloc(size)])],
    [
      'JPEG of empty segments',
      (size: number) => Buffer.concat([hex('ffd8ffe1'), Buffer.alloc(size, hex('0002ffe1'))]),
    ],
    [
      'JPEG of EXIF without an end',
      (size: number) => Buffer.concat([hex('ffd8ffe1'), Buffer.alloc(size, hex('0008457869664d4dffe1'))]),
    ],
    ['AVIF of pictures', (size: number) => heif('avif', Buffer.alloc(size, extent('0140', '00f0')))],
    ['AVIF of empty boxes', (size: number) => heif('avif', Buffer.alloc(size, box('free')))],
    ['AVIF of items', heifOfItems],
    ['TIFF of entries', (size: number) => Buffer.concat([hex('49492a0008000000'), Buffer.alloc(size, 1)])],
    ['SVG that never begins', (size: number) => Buffer.alloc(size, '<svg ')],
  ])('takes time in proportion to the bytes for a %s', async (_, make) => {
    const files = new Map([100_000, 400_000].map((size) => [size, make(size)]));
    await expectLinear((size) => imageSize(files.get(size)!), 100_000);
  });

  it('reads nothing beside the bytes of a file in shared memory', () => {
    const memory = Buffer.concat([BMP.subarray(0, 20), BMP.subarray(20)]);
    expect(imageSize(memory)).toEqual({ width: 320, height: 240 });
    expect(imageSize(memory.subarray(0, 20))).toBeUndefined();
  });
});
