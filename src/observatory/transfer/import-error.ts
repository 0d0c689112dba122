/** A problem of a file: where it is, and what is valid. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}
