// No library: smol-toml and yaml parse the data; front-matter packages find only one kind of fence, or evaluate JavaScript between fences, and name no line.
import { parse as parseToml, TomlError } from 'smol-toml';
import { parseDocument } from 'yaml';

export interface FrontMatter {
  readonly format: 'toml' | 'yaml' | 'json' | 'none';
  readonly data: Readonly<Record<string, unknown>>;
  /** The text below it. */
  readonly body: string;
}

/** Invalid front matter; the message has file, line and reason. */
export class FrontMatterError extends Error {
  readonly line: number;
  constructor(file: string, line: number, reason: string) {
    super(`${file}:${line}: ${reason}`);
    this.name = 'FrontMatterError';
    this.line = line;
  }
}

const FENCES = { '+++': 'toml', '---': 'yaml' } as const;

/** `fenceLine` is the line of the fence, from 1: line n of the text is line `fenceLine + n` of the file. */
function parseData(format: 'toml' | 'yaml', text: string, file: string, fenceLine: number): unknown {
  if (format === 'yaml') {
    const document = parseDocument(text);
    const fault = document.errors[0];
    if (fault !== undefined)
      throw new FrontMatterError(
        file,
        (fault.linePos?.[0].line ?? 1) + fenceLine,
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
      error.line + fenceLine,
      error.message.split('\n')[0]!.replace(/^Invalid TOML document: /, ''),
    );
  }
}

/**
 * Splits a file into front matter (TOML between `+++`, YAML between `---`, or a JSON object) and text. Blank lines may precede it, and a
 * comment may follow the fence. Throws FrontMatterError.
 */
export function parseFrontMatter(source: string, file: string): FrontMatter {
  const whole = source.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  const blank = /^(?:[ \t]*\n)*/.exec(whole)![0];
  const text = whole.slice(blank.length);
  const fenceLine = blank.split('\n').length;
  if (text.startsWith('{')) return parseJsonMatter(text, file, fenceLine) ?? none(whole);
  const fence = /^(\+\+\+|---)[ \t]*(?:#[^\n]*)?\n/.exec(text);
  if (fence === null) return none(whole);
  const mark = fence[1] as keyof typeof FENCES;
  const end = new RegExp(`^${mark === '+++' ? '\\+\\+\\+' : '(?:---|\\.\\.\\.)'}[ \\t]*(?:#.*)?$`, 'm');
  const rest = text.slice(fence[0].length);
  const close = end.exec(rest);
  if (close === null)
    throw new FrontMatterError(
      file,
      fenceLine,
      `front matter begins with ${mark}, but there is no closing ${mark}`,
    );
  const data = parseData(FENCES[mark], rest.slice(0, close.index), file, fenceLine);
  return {
    format: FENCES[mark],
    data: tableOf(data, file, fenceLine + 1),
    body: rest.slice(close.index + close[0].length).replace(/^\n+/, ''),
  };
}

function none(body: string): FrontMatter {
  return { format: 'none', data: {}, body };
}

function tableOf(data: unknown, file: string, line: number): Readonly<Record<string, unknown>> {
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw new FrontMatterError(file, line, 'front matter is not a table of keys and values');
  return data as Readonly<Record<string, unknown>>;
}

/** Hugo's JSON front matter. Undefined if the brace begins something else, such as a template. */
function parseJsonMatter(text: string, file: string, line: number): FrontMatter | undefined {
  if (!/^\{\s*(?:"|\})/.test(text)) return undefined;
  const end = endOfObject(text);
  if (end === undefined)
    throw new FrontMatterError(file, line, 'front matter begins with {, but there is no closing }');
  try {
    const data: unknown = JSON.parse(text.slice(0, end));
    return {
      format: 'json',
      data: tableOf(data, file, line),
      body: text
        .slice(end)
        .replace(/^\s*\n/, '')
        .replace(/^\n+/, ''),
    };
  } catch (error) {
    if (error instanceof FrontMatterError) throw error;
    throw new FrontMatterError(file, line, error instanceof Error ? error.message : String(error));
  }
}

/** The position after the brace that closes the first one, in one pass. */
function endOfObject(text: string): number | undefined {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{') depth++;
    else if (character === '}' && --depth === 0) return at + 1;
  }
  return undefined;
}
