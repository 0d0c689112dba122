import { createHash } from 'node:crypto';
import { isMeaningful, type SqlToken, sqlTokens } from './sql-tokens.ts';

/** Maximum length of `db.query.text` in characters; a kept record must fit into 4 KiB with everything else in it. */
export const MAX_QUERY_TEXT_LENGTH = 2_000;
/** Characters of source that are read; a bulk INSERT script of megabytes is not worth parsing to its end. */
export const MAX_SOURCE_LENGTH = 20_000;

const HASH_LENGTH = 8;
/** The suffix that `cutWithHash` appends. */
const CUT = new RegExp(`…[0-9a-f]{${HASH_LENGTH}}$`);

/**
 * `db.query.text` of a statement: its source with every literal replaced by `?`, comments removed, white space collapsed, and `IN` lists and rows
 * of `VALUES` folded to one, so that their length makes no difference. Identifiers and parameter names stay. At most 2,000 characters. Idempotent.
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
  return cutWithHash(text, MAX_QUERY_TEXT_LENGTH, read.length < source.length);
}

/** `VALUES (?, ?), (?, ?)`: repeated rows of equal shape. */
const REPEATED_ROWS = /(\bVALUES ?)(\([^()]*\))(?:, ?\2)+/giu;

/** Cuts a long text and appends a hash, so that two long texts with one beginning stay distinct. */
export function cutWithHash(text: string, maxLength: number, isCut = text.length > maxLength): string {
  if (!isCut && text.length <= maxLength) return text;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_LENGTH);
  const beginning = text.slice(0, maxLength - HASH_LENGTH - 1);
  // Half a surrogate pair would become another character in a URL or file.
  return `${beginning.isWellFormed() ? beginning : beginning.slice(0, -1)}…${hash}`;
}

/** Collapses space and comments to one blank and literals to a question mark. */
function* sanitized(source: string): Generator<string, void> {
  for (const token of sqlTokens(source)) {
    if (!isMeaningful(token)) yield ' ';
    else yield isLiteral(token) ? '?' : token.text;
  }
}

/** A double-quoted text that is not a plain name is more likely a misspelt literal. */
function isLiteral({ kind, text }: SqlToken): boolean {
  if (kind === 'quoted') return text.startsWith('"') && !/^"[\p{L}\p{N}_$]+"$/u.test(text);
  return kind === 'string' || kind === 'number';
}

/** The value of a pragma may be a bare word (`PRAGMA key = secret`), so everything after its name is hidden. */
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
