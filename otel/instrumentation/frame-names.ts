import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Runtime } from 'node:inspector';
import type { StallFrame } from '../base/stall.ts';

const MAX_NAME_CHARS = 200;
const MODULES = `node_modules${sep}`;

/** Names functions as pages show them: no path outside the program's folder is told. */
export class FrameNames {
  readonly #programFolder: string;
  readonly #kitFolder: string;

  constructor(programFolder: string, kitFolder: string) {
    this.#programFolder = programFolder;
    this.#kitFolder = kitFolder;
  }

  /** @param line The line that ran, from 1. Default: where the function begins. */
  of({ functionName, url, lineNumber }: Runtime.CallFrame, line = lineNumber + 1): StallFrame {
    const name = functionName === '' ? '(anonymous)' : functionName.slice(0, MAX_NAME_CHARS);
    if (url === '' || url.startsWith('evalmachine')) return { name, location: undefined, origin: 'node' };
    if (url.startsWith('node:')) return { name, location: `${url}:${line}`, origin: 'node' };
    const path = pathOf(url);
    return { name, location: `${this.#shown(path)}:${line}`, origin: this.#originOf(path) };
  }

  #originOf(path: string): StallFrame['origin'] {
    if (isIn(path, this.#kitFolder)) return 'kit';
    return path.includes(`${sep}${MODULES}`) ? 'package' : 'app';
  }

  #shown(path: string): string {
    const module = path.lastIndexOf(`${sep}${MODULES}`);
    const shown = isIn(path, this.#programFolder)
      ? relative(this.#programFolder, path)
      : module >= 0
        ? path.slice(module + 1)
        : path.slice(path.lastIndexOf(sep) + 1);
    return shown.replaceAll('\\', '/').slice(-MAX_NAME_CHARS);
  }
}

function pathOf(url: string): string {
  try {
    return url.startsWith('file:') ? fileURLToPath(url) : url;
  } catch {
    return url;
  }
}

function isIn(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}
