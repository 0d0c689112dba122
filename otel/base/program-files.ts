import { readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

const REVISION = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
/** Deeper than any program is nested. */
const MAX_FOLDERS = 64;

/** `version` of the package that a program belongs to; undefined when it has none, or no package. */
export function packageVersion(program: string): string | undefined {
  const text = nearest(dirname(program), (folder) => readText(join(folder, 'package.json')));
  try {
    const { version } = JSON.parse(text ?? '{}') as { readonly version?: unknown };
    return typeof version === 'string' && version !== '' ? version : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The commit checked out where a program lies, read from git's files without running git; undefined outside a repository, and for a program that was
 * installed into one.
 */
export function headRevision(program: string): string | undefined {
  const found = nearest(dirname(program), (folder) => {
    const git = gitFolder(folder);
    return git === undefined ? undefined : { folder, git };
  });
  if (found === undefined || relative(found.folder, program).split(sep).includes('node_modules'))
    return undefined;
  const { git } = found;
  const head = readText(join(git, 'HEAD'));
  const name = /^ref: (refs\/\S+)$/.exec(head ?? '')?.[1];
  const revision = name === undefined ? head : refRevision(git, name);
  return revision !== undefined && REVISION.test(revision) ? revision : undefined;
}

/** Version and commit of a program, as `1.2.0 (2ce0b90)`; undefined if its files have neither. */
export function programVersion(program: string | undefined): string | undefined {
  if (program === undefined) return undefined;
  const [version, revision] = [packageVersion(program), headRevision(program)?.slice(0, 7)];
  if (version === undefined || revision === undefined) return version ?? revision;
  return `${version} (${revision})`;
}

/** The `.git` folder, or the folder that a worktree's `.git` file names. */
function gitFolder(folder: string): string | undefined {
  const path = join(folder, '.git');
  try {
    if (statSync(path).isDirectory()) return path;
  } catch {
    return undefined;
  }
  const named = /^gitdir: (.+)$/.exec(readText(path) ?? '')?.[1];
  return named === undefined ? undefined : resolve(folder, named);
}

/** Branches of a worktree are stored with the repository it belongs to. */
function refRevision(git: string, name: string): string | undefined {
  const common = resolve(git, readText(join(git, 'commondir')) ?? '.');
  for (const folder of [git, common]) {
    const revision = readText(join(folder, name));
    if (revision !== undefined) return revision;
  }
  const packed = readText(join(common, 'packed-refs')) ?? '';
  return packed
    .split('\n')
    .find((line) => line.endsWith(` ${name}`))
    ?.split(' ')[0];
}

/** The folder of the program's package, or where it was started. */
export function programFolder(): string {
  const program = process.argv[1];
  const hasPackage = (folder: string): string | undefined =>
    readText(`${folder}/package.json`) === undefined ? undefined : folder;
  return (program === undefined ? undefined : nearest(dirname(program), hasPackage)) ?? process.cwd();
}

/** The result of `find` in a folder, or in the nearest folder above it. */
export function nearest<T>(from: string, find: (folder: string) => T | undefined): T | undefined {
  let folder = resolve(from);
  for (let i = 0; i < MAX_FOLDERS; i++) {
    const found = find(folder);
    if (found !== undefined) return found;
    if (dirname(folder) === folder) return undefined;
    folder = dirname(folder);
  }
  return undefined;
}

/** Returns undefined if the file cannot be read. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
