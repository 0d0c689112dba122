/** Pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

type Reader = (bytes: Buffer) => ImageSize | undefined;

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** An SVG's root element stands within this many bytes, or it has no size for us. */
const MAX_SVG_HEAD_BYTES = 4096;

const readPng: Reader = (bytes) => {
  if (bytes.length < 24 || !bytes.subarray(0, 8).equals(PNG_SIGNATURE)) return undefined;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
};

const readGif: Reader = (bytes) => {
  if (bytes.length < 10 || !/^GIF8[79]a$/.test(bytes.toString('latin1', 0, 6))) return undefined;
  return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
};

/** The EXIF orientation of an APP1 segment; 5–8 lie on their side. */
function exifOrientation(segment: Buffer): number {
  if (segment.length < 14 || segment.toString('latin1', 0, 6) !== 'Exif\0\0') return 1;
  const tiff = segment.subarray(6);
  const little = tiff.toString('latin1', 0, 2) === 'II';
  const u16 = (at: number): number => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const directory = little ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  if (directory + 2 > tiff.length) return 1;
  for (let entry = 0; entry < u16(directory); entry++) {
    const at = directory + 2 + entry * 12;
    if (at + 12 > tiff.length) return 1;
    if (u16(at) === 0x0112) return u16(at + 8);
  }
  return 1;
}

const readJpeg: Reader = (bytes) => {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return undefined;
  let sideways = false;
  for (let at = 2; at + 9 <= bytes.length;) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = bytes.readUInt16BE(at + 2);
    if (marker === 0xe1) sideways ||= exifOrientation(bytes.subarray(at + 4, at + 2 + length)) >= 5;
    // Start of frame, without the tables that share its range: DHT, JPG, DAC.
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      const height = bytes.readUInt16BE(at + 5);
      const width = bytes.readUInt16BE(at + 7);
      return sideways ? { width: height, height: width } : { width, height };
    }
    at += 2 + length;
  }
  return undefined;
};

const readWebp: Reader = (bytes) => {
  if (
    bytes.length < 30 ||
    bytes.toString('latin1', 0, 4) !== 'RIFF' ||
    bytes.toString('latin1', 8, 12) !== 'WEBP'
  )
    return undefined;
  const form = bytes.toString('latin1', 12, 16);
  if (form === 'VP8X') return { width: 1 + bytes.readUIntLE(24, 3), height: 1 + bytes.readUIntLE(27, 3) };
  if (form === 'VP8 ')
    return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
  if (form !== 'VP8L') return undefined;
  const packed = bytes.readUInt32LE(21);
  return { width: (packed & 0x3fff) + 1, height: ((packed >>> 14) & 0x3fff) + 1 };
};

const readSvg: Reader = (bytes) => {
  const root = /<svg\b[^>]*>/.exec(bytes.toString('utf8', 0, MAX_SVG_HEAD_BYTES))?.[0];
  if (root === undefined) return undefined;
  const length = (name: string): number =>
    Number(new RegExp(`\\s${name}=["']([\\d.]+)(?:px)?["']`).exec(root)?.[1]);
  const box = /\sviewBox=["']\s*[-\d.]+[\s,]+[-\d.]+[\s,]+([\d.]+)[\s,]+([\d.]+)/.exec(root);
  const width = length('width') || Number(box?.[1]);
  const height = length('height') || Number(box?.[2]);
  return { width: Math.round(width), height: Math.round(height) };
};

/** The size an image shows at, from its first bytes: PNG, JPEG (turned by EXIF), GIF, WebP, SVG; undefined when it has none. */
export function imageSize(bytes: Buffer): ImageSize | undefined {
  for (const read of [readPng, readGif, readJpeg, readWebp, readSvg]) {
    try {
      const size = read(bytes);
      if (size !== undefined) return size.width > 0 && size.height > 0 ? size : undefined;
    } catch (error) {
      // Cut off in the middle of a header: an image without a size.
      if (!(error instanceof RangeError)) throw error;
      return undefined;
    }
  }
  return undefined;
}
