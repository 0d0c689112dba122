import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TelemetryOptions } from './telemetry-handle.ts';
import { nearest, readText } from '../base/program-files.ts';

const PACKAGE_FILE = 'package.json';
/** Field of package.json: path of a module that exports `telemetryOptions`. */
const FIELD = 'telemetry';

/**
 * Options of the app for a telemetry that starts before it: `telemetryOptions` of the module named by `"telemetry"` in its package.json. Empty
 * without that field. Throws if the module cannot be used.
 */
export async function optionsOfApp(script = process.argv[1]): Promise<TelemetryOptions> {
  const named = nearest(script === undefined ? process.cwd() : dirname(script), moduleNamedIn);
  if (named?.path === undefined) return {};
  const module = (await import(pathToFileURL(resolve(named.folder, named.path)).href)) as {
    readonly telemetryOptions?: TelemetryOptions;
  };
  if (typeof module.telemetryOptions !== 'object')
    throw new TypeError(`${named.path}, which ${PACKAGE_FILE} names, exports no telemetryOptions`);
  return module.telemetryOptions;
}

/** Undefined without a package.json; without `path` if it names no module. */
function moduleNamedIn(folder: string): { readonly folder: string; readonly path?: string } | undefined {
  const text = readText(join(folder, PACKAGE_FILE));
  if (text === undefined) return undefined;
  const parsed: unknown = JSON.parse(text);
  const path = parsed instanceof Object ? (parsed as Record<string, unknown>)[FIELD] : undefined;
  return typeof path === 'string' ? { folder, path } : { folder };
}
