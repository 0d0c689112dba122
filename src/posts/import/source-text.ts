/** A file that is not text in a supported encoding. */
export class SourceEncodingError extends Error {
  override readonly name = 'SourceEncodingError';
}

/** Decodes a file as UTF-8, or as UTF-16 with a byte order mark. Throws SourceEncodingError. */
export function sourceText(bytes: Buffer): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new SourceEncodingError('not UTF-8 (or UTF-16 with a byte order mark): save it as UTF-8');
  }
}
