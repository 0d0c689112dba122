import { decoded } from '../base/decoded.ts';
import { withoutNul } from './trace-words.ts';

const ESCAPES = /(?:%[\da-f]{2})+/gi;

/** A path as searches compare it: decoded where its escapes are valid, in lower case, without slashes at its end. Linear in its length. */
export function canonicalPath(path: string): string {
  const plain = withoutNul(path.replaceAll(ESCAPES, decoded).normalize().toLowerCase());
  let end = plain.length;
  while (end > 1 && plain[end - 1] === '/') end--;
  return plain.slice(0, end) || '/';
}

/** A query as one line per parameter, decoded and in lower case, each between two line ends. */
export function canonicalQuery(query: string): string {
  return `\n${queryLines(query).join('\n')}\n`;
}

export function queryLines(query: string): readonly string[] {
  return [...new URLSearchParams(query)].map(([name, value]) => queryLine(name, value));
}

function queryLine(name: string, value: string): string {
  return withoutNul(`${name}=${value}`.replaceAll(/\s+/g, ' ').normalize().toLowerCase());
}

/** The same parameter, as it is recorded if its value may be secret. */
export function redactedLine(line: string): string {
  return `${line.slice(0, line.indexOf('='))}=redacted`;
}
