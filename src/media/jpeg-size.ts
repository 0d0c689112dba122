import { turned, type Dimensions } from './dimensions.ts';

const APP1 = 0xe1;
const START_OF_SCAN = 0xda;
const EXIF_SIGNATURE = 'Exif\0\0';
const ORIENTATION_TAG = 0x0112;
const SHORT = 3;
const ENTRY_BYTES = 12;

/** SOF0 to SOF15 without what shares their range: DHT, JPG, DAC. */
const isStartOfFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/** The orientation that an Exif segment states, 1 to 8; undefined if it states none. Its directory may be anywhere in it. */
function orientationOf(segment: Buffer): number | undefined {
  if (segment.toString('latin1', 0, EXIF_SIGNATURE.length) !== EXIF_SIGNATURE) return undefined;
  const tiff = segment.subarray(EXIF_SIGNATURE.length);
  const isLittleEndian = tiff.toString('latin1', 0, 2) === 'II';
  const short = (at: number): number => (isLittleEndian ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  if (tiff.length < 8) return undefined;
  const directory = isLittleEndian ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  const entries = directory + 2;
  const end = entries > tiff.length ? 0 : Math.min(entries + short(directory) * ENTRY_BYTES, tiff.length);
  for (let at = entries; at + ENTRY_BYTES <= end; at += ENTRY_BYTES) {
    if (short(at) === ORIENTATION_TAG) return short(at + 2) === SHORT ? short(at + 8) : undefined;
  }
  return undefined;
}

/** The size a JPEG is shown at, turned as its EXIF data says; undefined if the bytes are no JPEG. Throws RangeError where they end early. */
export function jpegSize(bytes: Buffer): Dimensions | undefined {
  if (bytes.length < 2 || bytes.readUInt16BE(0) !== 0xffd8) return undefined;
  let orientation: number | undefined;
  // Decoders skip what is between two segments.
  for (let at = bytes.indexOf(0xff, 2); at !== -1; at = bytes.indexOf(0xff, at)) {
    const marker = bytes.readUInt8(at + 1);
    if (marker === 0xff || marker === 0) {
      at++;
      continue;
    }
    if (marker === START_OF_SCAN) return undefined;
    const length = bytes.readUInt16BE(at + 2);
    if (isStartOfFrame(marker)) {
      const size = { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
      // From 5 on it lies on its side.
      return orientation !== undefined && orientation >= 5 && orientation <= 8 ? turned(size) : size;
    }
    if (marker === APP1) orientation ??= orientationOf(bytes.subarray(at + 4, at + 2 + length));
    at += 2 + length;
  }
  return undefined;
}
