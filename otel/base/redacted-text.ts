import { REDACTED, redactedQuery } from './redacted-query.ts';
import { isSecretName } from './secret-names.ts';

/** Names that are as often harmless: `code: 'EPIPE'`, `state: open`. What their values look like decides. */
const AMBIGUOUS = new Set(
  'code key keys state hash session authentication recovery refresh ticket invite invitation assertion'.split(
    ' ',
  ),
);
/** A word, the name of an error, a status. */
const HARMLESS_VALUE = /^(?:[A-Za-z_]+|[A-Z][A-Z\d_]*|-?\d{1,3})$/;
/** `key.ts:41` in a stack is a place. */
const FILE_NAME = /\.(?:[cm]?[jt]sx?|json|md|html?|css)$/i;
/** Their values go to the end of the line. */
const HEADER_NAME = /^(?:set-)?cookie$|authorization$/i;

const NAME_AND_SIGN = /(?<![\w.-])([\w.-]{1,256})\\{0,4}["'`]?\s{0,8}(?:=>?|:)\s{0,8}/g;
const URL_LIKE = /(?<![^\s"'<>?])([^\s?"'<>]*)\?([^\s"'<>]+)/g;
/** Up to the last `@`: a password may have one that is not escaped. */
const USER_INFO = /(:\/\/)[^\s/"'<>]{1,512}@/g;
const SCHEME = /\b(Bearer|Digest|Negotiate|Basic)\s+(?=[^\s"']*[A-Z\d=.~+/-])[\w.~+/=-]{6,}/g;
const JSON_WEB_TOKEN = /\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g;
/** As long as 18 random bytes in base64. */
const LONG_WORD = /[A-Za-z\d_-]{24,}/g;
/** Random text changes between small, capital and digit at more places: 62 % of them, so less than 40 % in one of 1,000. */
const RANDOM_SHARE = 0.4;
const MAX_DEPTH = 20;
/** Of an object with all in it; an object in itself has more than two to the power of its depth. */
const MAX_VALUES = 1000;
/** Longer texts are cut: 10 ms of work at most. */
const MAX_CHARS = 16_384;
/** A value that looks like no other. */
const SUSPICIOUS = '{}';

/**
 * A text of a log line without credentials: values of names such as `password`, in whatever notation, also in queries of
 * URLs; users and passwords of URLs; values of `Bearer`; JSON Web Tokens; words that look random, such as the ones in links
 * that open something. A secret that is an ordinary word, and not named, cannot be recognised. Linear in its length.
 */
export function redactedText(text: string): string {
  const urls = cut(text)
    .replaceAll(URL_LIKE, (whole, path: string, query: string) => redactedUrl(whole, path, query))
    .replaceAll(USER_INFO, `$1${REDACTED}@`);
  return withoutNamedValues(urls)
    .replaceAll(SCHEME, `$1 ${REDACTED}`)
    .replaceAll(JSON_WEB_TOKEN, REDACTED)
    .replaceAll(LONG_WORD, (word) => (looksRandom(word) ? REDACTED : word));
}

/** The same for a field: by its name, and for objects, lists and JSON by the names in them. What is too deep or too much is removed. */
export function redactedValue(name: string, value: unknown): unknown {
  return redactedWithin({ left: MAX_VALUES }, name, value, 0);
}

function redactedWithin(room: { left: number }, name: string, value: unknown, depth: number): unknown {
  if (value === null || value === undefined || typeof value === 'boolean') return value;
  if (isSecretField(name, typeof value === 'object' ? SUSPICIOUS : String(value))) return REDACTED;
  if (typeof value === 'string')
    return isJson(value) && value.length <= MAX_CHARS ? redactedJson(value) : redactedText(value);
  if (typeof value !== 'object') return value;
  if (depth >= MAX_DEPTH) return REDACTED;
  const safe = (key: string, each: unknown): unknown =>
    room.left-- > 0 ? redactedWithin(room, key, each, depth + 1) : REDACTED;
  if (Array.isArray(value)) return value.map((each) => safe('', each));
  if (ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, safe(key, each)]));
}

function cut(text: string): string {
  return text.length <= MAX_CHARS ? text : `${text.slice(0, MAX_CHARS)}…`;
}

function isJson(text: string): boolean {
  return /^\s*[{[]/.test(text);
}

function redactedJson(text: string): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // Cut, or something else.
    return redactedText(text);
  }
  return JSON.stringify(redactedValue('', parsed));
}

function redactedUrl(whole: string, path: string, query: string): string {
  const plain = new URLSearchParams(query).toString();
  const safe = redactedQuery(query, path);
  return safe === plain ? whole : `${path}?${safe}`;
}

/** A part of a dotted name may be a secret's: `http.request.header.cookie`; the ambiguous ones only as the last part. */
function isSecretField(name: string, value: string): boolean {
  if (value === REDACTED || FILE_NAME.test(name)) return false;
  const parts = name.split('.');
  return parts.some((part, index) => {
    if (!AMBIGUOUS.has(part.toLowerCase())) return isSecretName(part);
    return index === parts.length - 1 && !HARMLESS_VALUE.test(value);
  });
}

function withoutNamedValues(text: string): string {
  let plain = '';
  let at = 0;
  for (const { 0: matched, 1: name = '', index } of text.matchAll(NAME_AND_SIGN)) {
    const start = index + matched.length;
    // Within a value that is gone; the end of a value is only looked for if it may be a secret.
    if (index < at || !isSecretField(name, SUSPICIOUS)) continue;
    const end = endOfValue(text, start, name);
    if (end === start || !isSecretField(name, text.slice(start, end).replaceAll(/[\\"'`]/g, ''))) continue;
    plain += `${text.slice(at, start)}${REDACTED}`;
    at = end;
  }
  return plain + text.slice(at);
}

function endOfValue(text: string, start: number, name: string): number {
  const [mark] = /^\\{0,4}["'`]/.exec(text.slice(start, start + 5)) ?? [];
  if (mark !== undefined) return endAfter(text, mark, start + mark.length);
  // Of a list or an object, nobody knows the end.
  if (text[start] === '[' || text[start] === '{') return text.length;
  if (HEADER_NAME.test(name)) return endBefore(text, /[\r\n"'`]/g, start);
  return endBefore(text, /[\s,;&"'`<>)\]}]/g, start);
}

/** After the mark that closes, which has as many backslashes as the one that opens. */
function endAfter(text: string, mark: string, from: number): number {
  for (let at = text.indexOf(mark, from); at >= 0; at = text.indexOf(mark, at + 1))
    if (text[at - 1] !== '\\') return at + mark.length;
  return text.length;
}

function endBefore(text: string, end: RegExp, start: number): number {
  end.lastIndex = start;
  return end.exec(text)?.index ?? text.length;
}

function looksRandom(word: string): boolean {
  if (!/[a-z]/.test(word) || !/[A-Z]/.test(word)) return false;
  let changes = 0;
  let last = '';
  for (const character of word) {
    const kind = /[a-z]/.test(character)
      ? 'a'
      : /[A-Z]/.test(character)
        ? 'A'
        : /\d/.test(character)
          ? '0'
          : last;
    if (kind !== last && last !== '') changes++;
    last = kind;
  }
  return changes >= (word.length - 1) * RANDOM_SHARE;
}
