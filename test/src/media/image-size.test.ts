import { describe, expect, it } from '@jest/globals';
import { fc } from '../../fixtures/properties.ts';
import { imageSize } from '../../../src/media/image-size.ts';

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s+/g, ''), 'hex');

const PNG = hex('89504e470d0a1a0a 0000000d 49484452 00000140 000000f0 08020000');
const JPEG_FRAME = 'ffc0 0011 08 00f0 0140 03';
const JPEG = hex(`ffd8 ffe0 0010 4a46494600 0101 00 0001 0001 00 00 ${JPEG_FRAME} 012200021101`);
const ORIENTATION_6 = '4578 6966 0000 4949 2a00 0800 0000 0100 1201 0300 0100 0000 0600 0000 0000 0000';
const TURNED_JPEG = hex(`ffd8 ffe1 0022 ${ORIENTATION_6} ${JPEG_FRAME} 012200021101`);

describe('imageSize', () => {
  it.each([
    ['PNG', PNG, 320, 240],
    ['GIF', Buffer.from('GIF87a\x40\x01\xf0\x00', 'latin1'), 320, 240],
    ['JPEG', JPEG, 320, 240],
    ['JPEG on its side', TURNED_JPEG, 240, 320],
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
  ])('has none for %s', (_, bytes) => {
    expect(imageSize(bytes)).toBeUndefined();
  });

  it('survives images cut off or damaged anywhere', () => {
    for (const whole of [PNG, JPEG, TURNED_JPEG]) {
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
});
