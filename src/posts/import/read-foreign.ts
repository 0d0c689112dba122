import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ForeignExportError, type ForeignExport } from './foreign-export.ts';
import { readGhost } from './read-ghost.ts';
import { readWordpress } from './read-wordpress.ts';
import { readSourceText, SourceEncodingError, type SourceText } from './source-text.ts';

/** Reads the export of another software: a file of Ghost (JSON) or WordPress (XML). Throws ForeignExportError. */
export function readForeignExport(file: string): ForeignExport {
  const { text, note } = textOf(file);
  const found = /^\s*[[{]/.test(text)
    ? readGhost(parsed(text, file))
    : readWordpress(text, (place) => isFile(join(dirname(file), place)));
  if (found === undefined)
    throw new ForeignExportError(
      `${file} is no export that is understood: expected the JSON of Ghost or the XML of WordPress.`,
    );
  return note === undefined ? found : { ...found, notes: [note, ...found.notes] };
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

function textOf(file: string): SourceText {
  try {
    return readSourceText(readFileSync(file));
  } catch (error) {
    if (!(error instanceof SourceEncodingError)) throw error;
    throw new ForeignExportError(`${file}: ${error.message}`);
  }
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ForeignExportError(`${file} is damaged: ${error instanceof Error ? error.message : error}`);
  }
}
