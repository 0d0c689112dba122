import { decodePath, postUrl } from '../post-path.ts';

/** What an export of WordPress says about addresses of its site, which begin with a slash. */
export interface WordpressPlaces {
  /** Paths of posts and pages by their numbers. */
  readonly paths: ReadonlyMap<string, string>;
  /** Addresses of uploads by their numbers. */
  readonly uploads: ReadonlyMap<string, string>;
  /** Returns true for an upload that is beside the export. */
  readonly hasFile: (path: string) => boolean;
}

/** WordPress leads from these to the post of the number, whatever its address is. */
const SHORT = /^\/(?:index\.php)?\?(?:[^#]*?[&;])?(?:p|page_id|attachment_id)=(\d+)(?=[&#]|$)[^#]*(#.*)?$/s;
/** Of the same picture in another size, which WordPress made: `red-150x100.png` of `red.png`, or of `red-scaled.png`. */
const MADE_SIZE = /-(?:\d{1,5}x\d{1,5}|scaled)(?=\.[a-z]{3,4}$)/i;

/** Short links become the post's address, and pictures in a size that is not beside the export become the full ones. Others stay. */
export function newWordpressAddress(address: string, { paths, uploads, hasFile }: WordpressPlaces): string {
  const short = SHORT.exec(address);
  if (short === null) return fullPicture(address, hasFile);
  const [, id = '', fragment = ''] = short;
  const path = paths.get(id);
  return path === undefined ? (uploads.get(id) ?? address) : `${postUrl(path)}${fragment}`;
}

function fullPicture(address: string, hasFile: WordpressPlaces['hasFile']): string {
  if (!/^\/.*wp-content\/uploads\//.test(address) || !MADE_SIZE.test(address)) return address;
  const has = (each: string): boolean => {
    const path = decodePath(each);
    return path !== undefined && hasFile(path);
  };
  const full = ['', '-scaled'].map((ending) => address.replace(MADE_SIZE, ending));
  return has(address) ? address : (full.find(has) ?? address);
}
