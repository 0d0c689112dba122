import { createHash } from 'node:crypto';
import { isMeaningful, type SqlToken, sqlTokens } from './sql-tokens.ts';

/** Characters of `db.query.text`; a kept record has to stay within 4 KiB with everything else in it. */
export const MAX_QUERY_TEXT_LENGTH = 2_000;
/** Characters of source that are looked at; a bulk INSERT script of megabytes is not worth reading to its end. */
export const MAX_SOURCE_LENGTH = 20_000;

const HASH_LENGTH = 8;
/** What `cutApart` leaves at the end. */
const CUT = new RegExp(`…[0-9a-f]{${HASH_LENGTH}}$`);

/**
 * The statement as `db.query.text`: its own source with every literal replaced by `?`, comments removed, white space single, and `IN`
 * lists and rows of `VALUES` folded to one, so that their length makes no difference. Identifiers and parameter names stay. At most 2,000
 * characters. A text of ours is its own text.
 */
export function queryText(source: string): string {
  if (CUT.test(source) && source.length <= MAX_QUERY_TEXT_LENGTH) return source;
  const read = source.slice(0, MAX_SOURCE_LENGTH).toWellFormed();
  let text = '';
  let spaced = false;
  for (const part of foldedLists(hiddenPragmaValues(sanitized(read)))) {
    if (part === ' ') {
      spaced = text !== '';
      continue;
    }
    if (spaced) text += ' ';
    spaced = false;
    text += part;
  }
  text = text.replace(REPEATED_ROWS, '$1$2');
  return cutApart(text, MAX_QUERY_TEXT_LENGTH, read.length < source.length);
}

/** `VALUES (?, ?), (?, ?)`: rows that look alike. */
const REPEATED_ROWS = /(\bVALUES ?)(\([^()]*\))(?:, ?\2)+/giu;

/** Cuts what is too long, with a hash at its end, so that two long texts with one beginning stay apart. */
export function cutApart(text: string, maxLength: number, isCut = text.length > maxLength): string {
  if (!isCut && text.length <= maxLength) return text;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_LENGTH);
  const beginning = text.slice(0, maxLength - HASH_LENGTH - 1);
  // Half of a pair would be another character in an address and in a file.
  return `${beginning.isWellFormed() ? beginning : beginning.slice(0, -1)}…${hash}`;
}

/** Space and comments become one blank, literals one question mark. */
function* sanitized(source: string): Generator<string, void> {
  for (const token of sqlTokens(source)) {
    if (!isMeaningful(token)) yield ' ';
    else yield isLiteral(token) ? '?' : token.text;
  }
}

/** Double quotes around what is no plain name are more likely a literal somebody misspelt. */
function isLiteral({ kind, text }: SqlToken): boolean {
  if (kind === 'quoted') return text.startsWith('"') && !/^"[\p{L}\p{N}_$]+"$/u.test(text);
  return kind === 'string' || kind === 'number';
}

/** The value of a pragma may be a bare word (`PRAGMA key = secret`); everything behind its name is hidden. */
function* hiddenPragmaValues(parts: Iterable<string>): Generator<string, void> {
  let atStart = true;
  let inPragma = false;
  let hidden = false;
  for (const part of parts) {
    if (part === ';') {
      atStart = true;
      inPragma = hidden = false;
    } else if (part !== ' ') {
      if (atStart) inPragma = part.toUpperCase() === 'PRAGMA';
      atStart = false;
    }
    if (hidden) continue;
    yield part;
    if (inPragma && (part === '=' || part === '(')) {
      hidden = true;
      yield part === '=' ? ' ' : '';
      yield '?';
      if (part === '(') yield ')';
    }
  }
}

/** `IN (?, ?, ?)` becomes `IN (?)`, so that a list of any length is one text. */
function* foldedLists(parts: Iterable<string>): Generator<string, void> {
  let lastWord = '';
  let list: string[] | undefined;
  for (const part of parts) {
    if (list !== undefined) {
      list.push(part);
      if (part === ')') {
        yield* ['(', '?', ')'];
        list = undefined;
      } else if (!isListPart(part)) {
        yield* list;
        list = undefined;
      }
    } else if (part === '(' && lastWord === 'IN') {
      list = [part];
    } else {
      yield part;
    }
    if (part !== ' ') lastWord = part.toUpperCase();
  }
  if (list !== undefined) yield* list;
}

function isListPart(part: string): boolean {
  return part === ' ' || part === ',' || part === '-' || part === '+' || /^[?:@$#]/.test(part);
}
