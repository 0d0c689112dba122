import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { Environment } from './read-table.ts';

/** The variables of a `.env` file; none if there is no such file, or it is a folder. Throws what reading it throws otherwise. */
export function readDotEnv(path = '.env'): Environment {
  try {
    // Otherwise a byte order mark becomes part of the first name, unnoticed.
    return parseEnv(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EISDIR') return {};
    throw error;
  }
}
