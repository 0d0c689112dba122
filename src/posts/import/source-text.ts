import { isWestern } from './western-text.ts';

/** A file that is not text in a known encoding. */
export class SourceEncodingError extends Error {
  override readonly name = 'SourceEncodingError';
}

export interface SourceText {
  readonly text: string;
  /** Says how it was read, if the file does not. */
  readonly note?: string;
}

/** Of an XML file, of front matter, of HTML, and of the editors Emacs and Vim. */
const DECLARATIONS = [
  /^\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([\w.:-]+)["']/i,
  /^\s*(?:---|\+\+\+)[ \t]*\r?\n(?:(?!---|\+\+\+)[^\n]*\n){0,100}?(?:encoding|charset)[ \t]*[:=][ \t]*["']?([\w.:-]+)/i,
  /<meta\s[^<>]*?\bcharset\s*=\s*["']?([\w.:-]+)/i,
  /-\*-[^\n]*?\bcoding:\s*([\w.:-]+?)(?:-(?:unix|dos|mac))?[\s;]/i,
  /\bvim?:[^\n]*?\b(?:fileencoding|fenc)=([\w.:-]+)/i,
];
/** Characters, from the first; a declaration stands further up. */
const DECLARED_WITHIN = 4096;
const ENDS_WITHIN = 500;

/**
 * Decodes a file by its byte order mark, as UTF-8 if it is, else by the encoding that it or its site declares; without a declaration as windows-1252,
 * if it may be that, and reads as a Western language. Throws SourceEncodingError.
 */
export function readSourceText(bytes: Buffer, ofSite?: string): SourceText {
  const start = bytes.toString('latin1', 0, DECLARED_WITHIN);
  const marked = start.startsWith('\xff\xfe')
    ? 'utf-16le'
    : start.startsWith('\xfe\xff')
      ? 'utf-16be'
      : undefined;
  const utf8 = decoded(bytes, marked ?? 'utf-8');
  const declared = declaredIn(bytes, start) ?? ofSite;
  // ISO-2022 is written in the bytes of ASCII; a wrong declaration is mostly one from before a conversion.
  if (utf8 !== undefined && (marked !== undefined || !/^iso-2022-/i.test(declared ?? '')))
    return { text: utf8 };
  if (declared !== undefined && !/^utf-?8$/i.test(declared)) {
    const text = decoded(bytes, declared);
    if (text === undefined)
      throw new SourceEncodingError(
        isEncoding(declared)
          ? `declares ${declared}, but is not text in it: save it as UTF-8`
          : `declares ${declared}, which is no encoding that is known here: correct the name, or save it as UTF-8`,
      );
    return { text };
  }
  if (marked !== undefined || !mayBeWindows1252(bytes))
    throw new SourceEncodingError('not UTF-8 (or UTF-16 with a byte order mark): save it as UTF-8');
  const text = new TextDecoder('windows-1252').decode(bytes);
  if (!isWestern(text))
    throw new SourceEncodingError(
      'not UTF-8, and declares no encoding: add `encoding: windows-1250`, or what it is in, to its front matter, or save it as UTF-8',
    );
  return {
    text,
    note: 'is not UTF-8 and declares no other encoding: read as windows-1252 (Western European)',
  };
}

function declaredIn(bytes: Buffer, start: string): string | undefined {
  // Vim reads the last lines, too.
  const end = bytes.length > DECLARED_WITHIN ? bytes.toString('latin1', bytes.length - ENDS_WITHIN) : '';
  return DECLARATIONS.map((pattern) => (pattern.exec(start) ?? pattern.exec(end))?.[1])
    .find(Boolean)
    ?.replace(/^latin-(?=\d)/i, 'latin');
}

function isEncoding(name: string): boolean {
  try {
    return new TextDecoder(name).encoding !== '';
  } catch {
    return false;
  }
}

/** Undefined for bytes that are not text in it, and for an unknown encoding. */
function decoded(bytes: Buffer, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Returns false for bytes without a character; for UTF-8 that is damaged; and if most characters beyond ASCII follow each other, as in other scripts,
 * which Western languages write with single ones.
 */
function mayBeWindows1252(bytes: Buffer): boolean {
  const text = bytes.toString('latin1');
  if (/[^\t\n\f\r -~\x80\x82-\x8c\x8e\x91-\x9c\x9e-\xff]/.test(text)) return false;
  const high = text.match(/[\x80-\xff]/g)?.length ?? 0;
  const following = text.match(/(?<=[\x80-\xff])[\x80-\xff]/g)?.length ?? 0;
  const utf8 =
    text.match(/[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/g)?.join('')
      .length ?? 0;
  return following * 2 <= high && utf8 * 2 < high;
}
