import { turned, type Dimensions } from './dimensions.ts';

// ISO/IEC 14496-12 (boxes), 23008-12 (HEIF: items and their properties). AVIF and HEIC are both HEIF.

interface Box {
  readonly name: string;
  readonly content: Buffer;
}

const HEAD_BYTES = 8;
/** Version and flags, with which some boxes begin. */
const FULL_BYTES = 4;

function boxesOf(bytes: Buffer): readonly Box[] {
  const boxes: Box[] = [];
  for (let at = 0; at + HEAD_BYTES <= bytes.length;) {
    const stated = bytes.readUInt32BE(at);
    // 1: the length follows the name, in 8 bytes; 0: as far as the bytes go.
    const head = stated === 1 ? HEAD_BYTES + 8 : HEAD_BYTES;
    const whole = stated === 1 ? Number(bytes.readBigUInt64BE(at + HEAD_BYTES)) : stated;
    const length = stated === 0 ? bytes.length - at : whole;
    if (length < head) break;
    boxes.push({
      name: bytes.toString('latin1', at + 4, at + HEAD_BYTES),
      content: bytes.subarray(at + head, at + length),
    });
    at += length;
  }
  return boxes;
}

function contentOf(boxes: readonly Box[], name: string): Buffer {
  return boxes.find((box) => box.name === name)?.content ?? Buffer.alloc(0);
}

/** The primary item's id (`pitm`). */
function primaryItem(pitm: Buffer): number {
  return pitm.readUInt8(0) === 0 ? pitm.readUInt16BE(FULL_BYTES) : pitm.readUInt32BE(FULL_BYTES);
}

/** Which properties an item has, in the order in which they apply (`ipma`); the first is 1. */
function propertyNumbers(ipma: Buffer, item: number): readonly number[] {
  const idBytes = ipma.readUInt8(0) === 0 ? 2 : 4;
  const numberBytes = (ipma.readUInt8(3) & 1) === 1 ? 2 : 1;
  const items = ipma.readUInt32BE(FULL_BYTES);
  let at = FULL_BYTES + 4;
  for (let read = 0; read < items; read++) {
    const id = ipma.readUIntBE(at, idBytes);
    const count = ipma.readUInt8(at + idBytes);
    at += idBytes + 1;
    // The highest bit says whether a decoder must know the property.
    const number = (_: unknown, nth: number): number =>
      ipma.readUIntBE(at + nth * numberBytes, numberBytes) & (numberBytes === 1 ? 0x7f : 0x7fff);
    if (id === item) return Array.from({ length: count }, number);
    at += count * numberBytes;
  }
  return [];
}

/** The clean aperture: width and height, each a fraction of two numbers. One that is no part of the image is invalid. */
function cropped(size: Dimensions, clap: Buffer): Dimensions {
  const width = Math.round(clap.readUInt32BE(0) / clap.readUInt32BE(4));
  const height = Math.round(clap.readUInt32BE(8) / clap.readUInt32BE(12));
  const isPart = width >= 1 && height >= 1 && width <= size.width && height <= size.height;
  return isPart ? { width, height } : size;
}

/**
 * The size that an AVIF or HEIC is shown at: that of its primary item, after its crop (`clap`) and turns (`irot`); undefined if the bytes
 * have no such item. Throws RangeError where they end early.
 */
export function heifSize(bytes: Buffer): Dimensions | undefined {
  if (bytes.toString('latin1', 4, HEAD_BYTES) !== 'ftyp') return undefined;
  const meta = boxesOf(contentOf(boxesOf(bytes), 'meta').subarray(FULL_BYTES));
  const iprp = boxesOf(contentOf(meta, 'iprp'));
  const properties = boxesOf(contentOf(iprp, 'ipco'));
  const item = primaryItem(contentOf(meta, 'pitm'));
  let size: Dimensions | undefined;
  for (const number of propertyNumbers(contentOf(iprp, 'ipma'), item)) {
    const { name, content } = properties[number - 1] ?? {};
    if (content === undefined) continue;
    if (name === 'ispe') {
      size = {
        width: content.readUInt32BE(FULL_BYTES),
        height: content.readUInt32BE(FULL_BYTES + 4),
      };
    } else if (size !== undefined && name === 'clap') size = cropped(size, content);
    else if (size !== undefined && name === 'irot' && content.readUInt8(0) % 2 === 1) size = turned(size);
  }
  return size;
}
