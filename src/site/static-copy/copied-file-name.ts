/** A file of the copy cannot have the name that its address asks for. */
export class FileNameError extends Error {
  override readonly name = 'FileNameError';
}

/**
 * The file at which a server of files looks for an address: a page at `/2026/03/glass` is `2026/03/glass/index.html`, unless its address
 * ends in `.html`. Throws FileNameError for an address that would lead out of the folder.
 */
export function copiedFileName(path: string, isPage: boolean): string {
  const name = decodeURIComponent(path).replace(/^\//, '');
  const segments = name.split('/').filter((segment) => segment !== '');
  if (segments.some((segment) => /^\.{1,2}$|[\0\\]/.test(segment)))
    throw new FileNameError(`${path} is no file name`);
  const file = segments.join('/');
  if (!isPage || /\.html?$/i.test(file)) return file;
  return file === '' ? 'index.html' : `${file}/index.html`;
}
