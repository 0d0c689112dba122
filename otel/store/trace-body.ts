import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** First byte of an uncompressed text: no compressed one begins with it, because it would be an invalid block type. */
const PLAIN = 7;
/** A typical page is smaller, and compressing it would take a third of the time of writing it. */
const MAX_PLAIN_BYTES = 2048;
/** Texts are a few KB: tables of a larger window would take longer to build than to use. Any window can be read. */
const COMPRESSION = { level: 1, windowBits: 12, memLevel: 4, chunkSize: 4096 };

/** Encodes a text for the history file. */
export function packText(text: string): Buffer {
  // One byte per character if all are ASCII, and never fewer.
  if (text.length < MAX_PLAIN_BYTES) {
    const plain = Buffer.from(`\u0007${text}`);
    if (plain.length <= MAX_PLAIN_BYTES) return plain;
  }
  return deflateRawSync(text, COMPRESSION);
}

export function unpackText(body: Buffer): string {
  return body[0] === PLAIN ? body.toString('utf8', 1) : inflateRawSync(body).toString();
}
