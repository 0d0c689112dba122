import { existsSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Runtime } from 'node:inspector';
import { FunctionLines } from './function-lines.ts';
import type { StallFrame } from '../base/stall.ts';

const MAX_NAME_CHARS = 200;
const MODULES = `node_modules${sep}`;
/** Packages that are telemetry as the kit is. */
const TELEMETRY = '@opentelemetry';
/** Of paths outside the program's folder. */
const MAX_MOVED = 500;
const MAX_PARTS = 30;

/** Names functions as pages show them: no path outside the program's folder is told. */
export class FrameNames {
  readonly #programFolder: string;
  readonly #kitFolder: string;
  readonly #lines: FunctionLines;
  readonly #moved = new Map<string, string>();

  constructor(programFolder: string, kitFolder: string, lines = new FunctionLines()) {
    this.#lines = lines;
    this.#programFolder = programFolder;
    this.#kitFolder = kitFolder;
  }

  of({ functionName, url, lineNumber, columnNumber }: Runtime.CallFrame): StallFrame {
    const line = lineNumber + 1;
    const named = functionName === '' ? this.#lines.nameAt(url, lineNumber + 1, columnNumber) : functionName;
    const name = (named ?? '(anonymous)').slice(0, MAX_NAME_CHARS);
    if (url === '' || url.startsWith('evalmachine')) return { name, location: undefined, origin: 'node' };
    if (url.startsWith('node:')) return { name, location: `${url}:${line}`, origin: 'node' };
    const path = pathOf(url);
    return { name, location: `${this.#shown(path)}:${line}`, origin: this.#originOf(path) };
  }

  /** As shown: of a file its path, of everything else the same. */
  urlOf(url: string): string {
    return url === '' || url.startsWith('node:') || url.startsWith('evalmachine')
      ? url
      : this.#shown(pathOf(url));
  }

  #originOf(path: string): StallFrame['origin'] {
    if (isIn(path, this.#kitFolder)) return 'kit';
    // The folder of the innermost package.
    const [module = ''] = path.split(`${sep}${MODULES}`).slice(1).slice(-1);
    if (module.startsWith(`${TELEMETRY}${sep}`)) return 'kit';
    return module === '' ? 'app' : 'package';
  }

  #shown(path: string): string {
    const module = path.lastIndexOf(`${sep}${MODULES}`);
    const shown = isIn(path, this.#programFolder)
      ? relative(this.#programFolder, path)
      : module >= 0
        ? path.slice(module + 1)
        : this.#movedPath(path);
    return shown.replaceAll('\\', '/').slice(-MAX_NAME_CHARS);
  }

  /**
   * A file of the same program in another folder, as before a deployment, is named as the one that lies here, so that both are one place. Of
   * any other file, only the name is told.
   */
  #movedPath(path: string): string {
    const known = this.#moved.get(path);
    if (known !== undefined) return known;
    const parts = path.split(sep).slice(-MAX_PARTS);
    const shown = parts
      .map((_, from) => parts.slice(from).join(sep))
      .find((end) => !parts.includes('..') && existsSync(join(this.#programFolder, end)));
    if (this.#moved.size >= MAX_MOVED) this.#moved.clear();
    const name = shown ?? parts.at(-1)!;
    this.#moved.set(path, name);
    return name;
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
