import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TelemetryOptions } from '../telemetry.ts';

const PACKAGE_FILE = 'package.json';
/** The field of package.json: the path of a module that exports `telemetryOptions`. */
const FIELD = 'telemetry';

/**
 * What the app that is about to run says to telemetry that is started before it: `telemetryOptions` of the module that `"telemetry"` in its
 * package.json names. None without that field. Throws when the module cannot be used.
 */
export async function optionsOfApp(script = process.argv[1]): Promise<TelemetryOptions> {
  const folder = packageFolder(script === undefined ? process.cwd() : dirname(script));
  const path = folder === undefined ? undefined : fieldOf(join(folder, PACKAGE_FILE));
  if (folder === undefined || path === undefined) return {};
  const module = (await import(pathToFileURL(resolve(folder, path)).href)) as {
    readonly telemetryOptions?: TelemetryOptions;
  };
  if (typeof module.telemetryOptions !== 'object')
    throw new TypeError(`${path}, which ${PACKAGE_FILE} names, exports no telemetryOptions`);
  return module.telemetryOptions;
}

/** The nearest folder, upwards, with a package.json. */
function packageFolder(from: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (readText(join(folder, PACKAGE_FILE)) !== undefined) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

function fieldOf(file: string): string | undefined {
  const parsed: unknown = JSON.parse(readText(file) ?? '{}');
  const path = parsed instanceof Object ? (parsed as Record<string, unknown>)[FIELD] : undefined;
  return typeof path === 'string' ? path : undefined;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
