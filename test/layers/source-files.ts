import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Import {
  /** A path from the root for our own files, else the package's name or a `node:` module. */
  readonly target: string;
  readonly isTypeOnly: boolean;
}
/** A file of the project as text: what it imports, in whatever form, types included. */
export interface SourceFile {
  readonly path: string;
  /** Without comments. */
  readonly code: string;
  readonly lines: number;
  /** Neither blank nor comment. */
  readonly codeLines: number;
  /** Characters of the longest comment line, indentation included; 0 without comments. */
  readonly commentWidth: number;
  readonly imports: readonly Import[];
}

const COMMENT = /^\s*\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;
const STATEMENT = /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm;
const CALL = /\b(?:import|require)\(\s*'([^']+)'/g;

function readSource(path: string): SourceFile {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const comments = text.match(COMMENT) ?? [];
  const code = text.replace(COMMENT, '');
  const imports = [
    ...[...code.matchAll(STATEMENT)].map(([, type, name]) => ({
      name: name!,
      isTypeOnly: type !== undefined,
    })),
    ...[...code.matchAll(CALL)].map(([, name]) => ({ name: name!, isTypeOnly: false })),
  ].map(({ name, isTypeOnly }) => ({ target: targetOf(path, name), isTypeOnly }));
  return {
    path,
    code,
    lines: text.split('\n').length - 1,
    codeLines: code.split('\n').filter((line) => line.trim() !== '').length,
    commentWidth: Math.max(
      0,
      ...comments.flatMap((comment) => comment.split('\n').map(({ length }) => length)),
    ),
    imports,
  };
}

function targetOf(path: string, name: string): string {
  if (name.startsWith('.'))
    return relative(ROOT, resolve(ROOT, dirname(path), name))
      .split(sep)
      .join('/');
  if (name.startsWith('node:')) return name;
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}

export function sourcesOf(folder: string): readonly SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[cm]?ts$/.test(name) && !/^dist[\\/]/.test(name))
    .map((name) => readSource(`${folder}/${name.split(sep).join('/')}`))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}
