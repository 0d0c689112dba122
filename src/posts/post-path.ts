import { dayIn } from '../markup/zoned-time.ts';
import { addressProblem, pathKey, tidyPath, trimSlashes } from '../process/address.ts';
import { isOwnAddress } from '../process/own-addresses.ts';
import { PostDraftError } from './post-errors.ts';
import { shortLinkOf } from './short-link.ts';

const MAX_SLUG_CHARACTERS = 80;

/** Normalises a request's path: decoded, NFC, without outer slashes. Undefined if it is invalid. */
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

/** The address of a tag's list. */
export function tagUrl(tag: string): string {
  return `/tags/${encodeURIComponent(tag)}`;
}

/** Returns a normalised path, or throws PostDraftError with the problem. */
export function checkPath(given: string, field: 'path' | 'aliases'): string {
  const short = field === 'aliases' ? shortLinkOf(given.trim()) : undefined;
  if (short !== undefined) return short;
  const path = tidyPath(given);
  const problem = addressProblem(path, given);
  if (problem !== undefined) throw new PostDraftError(field, problem.reason, problem.message);
  return path;
}

/** Returns true for the front page and for reserved addresses of the blog. */
export function isBlogPage(requestPath: string): boolean {
  const key = pathKey(decodePath(requestPath) ?? '');
  return key === '' || isOwnAddress(key);
}

/** Static site generators serve `/x.html` and `/x/index.html` where the blog has `/x`. Undefined for other paths. */
export function withoutFileName(path: string): string | undefined {
  return /^(.+?)(?:\/index)?\.html?$/is.exec(path)?.[1];
}

/** `Über Glas & Licht` → `über-glas-licht`. Never empty. */
export function slugOf(title: string): string {
  const slug = title
    .normalize('NFC')
    .toLowerCase()
    .replace(/['’]/g, '')
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, '-');
  // Runs of other characters became one hyphen each, so there is at most one at either end.
  return [...slug.replace(/^-/, '')].slice(0, MAX_SLUG_CHARACTERS).join('').replace(/-$/, '') || 'post';
}

/** A cut slug ends with a whole word, unless its last one is very long. */
function wholeWords(slug: string): string {
  const end = slug.lastIndexOf('-');
  return [...slug].length < MAX_SLUG_CHARACTERS || end < MAX_SLUG_CHARACTERS / 2 ? slug : slug.slice(0, end);
}

/** The default path of a post: year and month in the blog's time zone, and title. */
export function datedPath(atMillis: number, title: string, timeZone: string): string {
  const { year, month } = dayIn(atMillis, timeZone);
  const digits = (value: number, length: number): string => String(value).padStart(length, '0');
  return `${digits(year, 4)}/${digits(month, 2)}/${wholeWords(slugOf(title))}`;
}
