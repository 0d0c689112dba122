// No library: range-parser parses lists of ranges, of which we answer none, and leaves If-Range to its caller.
/** Inclusive byte positions, as in `Content-Range`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Parses a `Range` header for a body of `sizeBytes` (RFC 9110 section 14). Other units, several ranges and malformed
 * headers must be ignored, so the result is `whole`.
 */
export function parseByteRange(header: string, sizeBytes: number): ByteRange | 'whole' | 'unsatisfiable' {
  const match = /^bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*$/i.exec(header);
  if (match === null) return 'whole';
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return 'whole';
  if (first === '') {
    const suffixBytes = Number(last);
    if (suffixBytes === 0 || sizeBytes === 0) return 'unsatisfiable';
    return { start: Math.max(0, sizeBytes - suffixBytes), end: sizeBytes - 1 };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return 'whole';
  if (start >= sizeBytes) return 'unsatisfiable';
  return { start, end: last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1) };
}

/**
 * Returns true if a Range applies to the current representation: no `If-Range`, the same strong ETag, or exactly its
 * Last-Modified.
 */
export function rangeIsCurrent(ifRange: string, etag: string, lastModified: string): boolean {
  if (ifRange === '') return true;
  if (ifRange.startsWith('"')) return ifRange === etag;
  return !ifRange.startsWith('W/') && ifRange === lastModified;
}
