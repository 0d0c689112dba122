import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Syncs a folder's entries to disk. */
export function syncFolder(folder: string): void {
  sync(folder, 'r');
}

/** Syncs a file's content to disk. */
export function syncFile(file: string): void {
  sync(file, 'r+');
}

function sync(path: string, flags: 'r' | 'r+'): void {
  const descriptor = openSync(path, flags);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
