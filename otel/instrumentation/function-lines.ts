import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { indentOf, nameOfUnnamed } from './unnamed-function.ts';

const MAX_FILES = 32;
const MAX_FILE_BYTES = 2_000_000;

/**
 * Whether a line can be of a function. The profiler reports lines of what the compiler inlined into a function as if they were the function's, though
 * they are of another file. A function ends at the first line that is indented no further than its first one, lines within a template aside.
 */
export class FunctionLines {
  readonly #files = new Map<string, readonly string[]>();

  /** Counted from 1. True for a file that cannot be read, unless the line is before the function. */
  has(url: string, firstLine: number, line: number): boolean {
    if (line < firstLine) return false;
    const lines = this.#linesOf(url);
    const first = lines[firstLine - 1];
    if (first === undefined || line === firstLine) return true;
    return line <= endOf(lines, firstLine);
  }

  /**
   * What a function without a name is called by what it is given to, or by the function around it; undefined if neither is known.
   *
   * @param firstLine Of the function, from 1.
   * @param column Of the function, from 0.
   */
  nameAt(url: string, firstLine: number, column: number): string | undefined {
    if (url === '' || url.startsWith('node:')) return undefined;
    return nameOfUnnamed(this.#linesOf(url), firstLine, column);
  }

  #linesOf(url: string): readonly string[] {
    let lines = this.#files.get(url);
    if (lines === undefined) {
      if (this.#files.size >= MAX_FILES) this.#files.clear();
      this.#files.set(url, (lines = readLines(url)));
    }
    return lines;
  }
}

/** The last line of the function that begins at a line, counted from 1. */
function endOf(lines: readonly string[], firstLine: number): number {
  const indent = indentOf(lines[firstLine - 1] ?? '');
  let isTemplate = false;
  for (let index = firstLine - 1; index < lines.length; index++) {
    const text = lines[index] ?? '';
    const ends = index >= firstLine && text.trim() !== '' && indentOf(text) <= indent;
    if (ends && !isTemplate) return index + 1;
    // An odd number of marks opens or closes a template; one within another closes on its line, as a rule.
    if ((text.replaceAll(/\\./g, '').match(/`/g) ?? []).length % 2 === 1) isTemplate = !isTemplate;
  }
  return lines.length;
}

function readLines(url: string): readonly string[] {
  try {
    const path = url.startsWith('file:') ? fileURLToPath(url) : url;
    return statSync(path).size > MAX_FILE_BYTES ? [] : readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}
