/** A file that is no text in an encoding we read. */
export class SourceEncodingError extends Error {
  override readonly name = 'SourceEncodingError';
}

/** The text of a file in UTF-8, or in UTF-16 if a byte order mark says so. Throws SourceEncodingError. */
export function sourceText(bytes: Buffer): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new SourceEncodingError('is not UTF-8 (or UTF-16 with a byte order mark): save it as UTF-8');
  }
}
