import { createHash } from 'node:crypto';
import { pathKey } from '../../process/address.ts';

const MAX_CHARACTERS = 50;
/** Names that every file system takes, and that the importer does not pass over. */
const PLAIN = /^[\p{L}\p{N}~@+][\p{L}\p{N}\p{M}._~@+-]*$/u;
const UNUSABLE =
  /^(?:index|con|prn|aux|nul|com\d|lpt\d|node_modules|static|public|themes|templates)(?:\.|$)|\.(?:md|markdown|mdx|mkd|mkdn|mkdown)$|\.$/i;

/** The file of a post in an export: its address where that is a usable name, else something like it with a part of a digest. */
export function exportedFileName(path: string): string {
  const segments = path.split('/');
  const named = segments.map((segment) => (isUsable(segment) ? segment : nameLike(segment)));
  const isSame = named.every((name, index) => name === segments[index]);
  const digest = createHash('sha256').update(pathKey(path)).digest('hex').slice(0, 12);
  return `${named.join('/')}${isSame ? '' : `-${digest}`}.md`;
}

function isUsable(segment: string): boolean {
  return PLAIN.test(segment) && !UNUSABLE.test(segment) && [...segment].length <= MAX_CHARACTERS;
}

function nameLike(segment: string): string {
  const kept = segment.replaceAll(/[^\p{L}\p{N}\p{M}~@+-]+/gu, '-').replace(/^[^\p{L}\p{N}]+/u, '');
  return `${[...kept].slice(0, MAX_CHARACTERS).join('')}_`;
}
