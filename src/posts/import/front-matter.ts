import { parse as parseToml, TomlError } from 'smol-toml';
import { parseDocument } from 'yaml';

export interface FrontMatter {
  readonly format: 'toml' | 'yaml' | 'none';
  readonly data: Readonly<Record<string, unknown>>;
  /** The text below it. */
  readonly body: string;
}

/** Front matter that cannot be read; the message names file, line and reason. */
export class FrontMatterError extends Error {
  readonly line: number;
  constructor(file: string, line: number, reason: string) {
    super(`${file}:${line}: ${reason}`);
    this.name = 'FrontMatterError';
    this.line = line;
  }
}

const FENCES = { '+++': 'toml', '---': 'yaml' } as const;

function parseData(format: 'toml' | 'yaml', text: string, file: string): unknown {
  // The fence is the file's first line, so line n of the text is line n + 1 of the file.
  if (format === 'yaml') {
    const document = parseDocument(text);
    const fault = document.errors[0];
    if (fault !== undefined)
      throw new FrontMatterError(
        file,
        (fault.linePos?.[0].line ?? 1) + 1,
        fault.message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, ''),
      );
    return document.toJS() ?? {};
  }
  try {
    return parseToml(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new FrontMatterError(
      file,
      error.line + 1,
      error.message.split('\n')[0]!.replace(/^Invalid TOML document: /, ''),
    );
  }
}

/** Splits a file into TOML (`+++`) or YAML (`---`) front matter and text. Throws FrontMatterError. */
export function parseFrontMatter(source: string, file: string): FrontMatter {
  const text = source.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  const fence = /^(\+\+\+|---)[ \t]*\n/.exec(text);
  if (fence === null) return { format: 'none', data: {}, body: text };
  const mark = fence[1] as keyof typeof FENCES;
  const end = new RegExp(`^${mark === '+++' ? '\\+\\+\\+' : '(?:---|\\.\\.\\.)'}[ \\t]*$`, 'm');
  const rest = text.slice(fence[0].length);
  const close = end.exec(rest);
  if (close === null)
    throw new FrontMatterError(file, 1, `front matter begins with ${mark} but no line ${mark} ends it`);
  const data = parseData(FENCES[mark], rest.slice(0, close.index), file);
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw new FrontMatterError(file, 2, 'front matter is not a table of names and values');
  }
  return {
    format: FENCES[mark],
    data: data as Record<string, unknown>,
    body: rest.slice(close.index + close[0].length).replace(/^\n+/, ''),
  };
}
