/** What is wrong with a file, where, and what would be right. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}
