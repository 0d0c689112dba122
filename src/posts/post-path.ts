import { addressProblem, pathKey, tidyPath, trimSlashes } from '../process/address.ts';
import { isOwnAddress } from '../process/own-addresses.ts';
import { PostDraftError } from './post-errors.ts';

const MAX_SLUG_CHARACTERS = 80;

/** A request's path as posts have it: decoded, NFC, no slash at either end. Undefined when it decodes to nothing sensible. */
export function decodePath(requestPath: string): string | undefined {
  try {
    return trimSlashes(decodeURIComponent(requestPath).normalize('NFC'));
  } catch {
    return undefined;
  }
}

/** The address of a post, escaped, with the leading slash. */
export function postUrl(path: string): string {
  return `/${path.split('/').map(encodeURIComponent).join('/')}`;
}

/** A path as it may be kept; throws PostDraftError that says what is wrong with it. */
export function checkPath(given: string, field: 'path' | 'aliases'): string {
  const path = tidyPath(given);
  const problem = addressProblem(path, given);
  if (problem !== undefined) throw new PostDraftError(field, problem.reason, problem.message);
  return path;
}

/** True for the front page and for addresses that belong to the blog itself and can be no post's. */
export function isBlogPage(requestPath: string): boolean {
  const key = pathKey(decodePath(requestPath) ?? '');
  return key === '' || isOwnAddress(key);
}

/** `Über Glas & Licht` → `über-glas-licht`. Never empty. */
export function slugOf(title: string): string {
  const slug = title
    .normalize('NFC')
    .toLowerCase()
    .replace(/['’]/g, '')
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, '-');
  // Runs of other characters are one hyphen each, so that one at most stands at either end.
  return [...slug.replace(/^-/, '')].slice(0, MAX_SLUG_CHARACTERS).join('').replace(/-$/, '') || 'post';
}

/** The path of a post that was given none: year, month (UTC) and title. */
export function datedPath(atMillis: number, title: string): string {
  const date = new Date(atMillis).toISOString();
  return `${date.slice(0, 4)}/${date.slice(5, 7)}/${slugOf(title)}`;
}
