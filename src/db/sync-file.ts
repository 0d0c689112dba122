import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Returns when the disk has the names in a folder. */
export function syncFolder(folder: string): void {
  sync(folder, 'r');
}

/** Returns when the disk has a file's content. */
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
