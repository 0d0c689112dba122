import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const REVISION = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
/** Longer than the way to any program. */
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

/** The commit that is checked out where a program lies, read from git's files without running git; undefined where there are none. */
export function headRevision(program: string): string | undefined {
  const git = nearest(dirname(program), gitFolder);
  if (git === undefined) return undefined;
  const head = readText(join(git, 'HEAD'));
  const name = /^ref: (refs\/\S+)$/.exec(head ?? '')?.[1];
  const revision = name === undefined ? head : refRevision(git, name);
  return revision !== undefined && REVISION.test(revision) ? revision : undefined;
}

/** A folder, or in a worktree a file that names one. */
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

/** Branches of a worktree are with those of the repository it belongs to. */
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

/** What `find` finds in a folder, or in the nearest one above it. */
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

/** Undefined for what cannot be read. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
