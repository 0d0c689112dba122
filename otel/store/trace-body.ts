import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** No compressed text begins with it: it would name a kind of block that there is not. */
const PLAIN = 7;
/** A page of the blog is below it, and compressing it would take a third of what writing it does. */
const MAX_PLAIN_BYTES = 2048;
/** Texts are of a few KB: the tables of a greater window would take longer to make than to use. Any window is read. */
const COMPRESSION = { level: 1, windowBits: 12, memLevel: 4, chunkSize: 4096 };

/** A text as the history file has it. */
export function packText(text: string): Buffer {
  // As many bytes as characters when all are ASCII, and never fewer.
  if (text.length < MAX_PLAIN_BYTES) {
    const plain = Buffer.from(`\u0007${text}`);
    if (plain.length <= MAX_PLAIN_BYTES) return plain;
  }
  return deflateRawSync(text, COMPRESSION);
}

export function unpackText(body: Buffer): string {
  return body[0] === PLAIN ? body.toString('utf8', 1) : inflateRawSync(body).toString();
}
