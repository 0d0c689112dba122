import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TelemetryOptions } from './telemetry-handle.ts';
import { nearest, readText } from '../base/program-files.ts';

const PACKAGE_FILE = 'package.json';
/** The field of package.json: the path of a module that exports `telemetryOptions`. */
const FIELD = 'telemetry';

/**
 * What the app that is about to run says to telemetry that is started before it: `telemetryOptions` of the module that `"telemetry"` in its
 * package.json names. None without that field. Throws when the module cannot be used.
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

/** Undefined where there is no package.json; without `path` where it names no module. */
function moduleNamedIn(folder: string): { readonly folder: string; readonly path?: string } | undefined {
  const text = readText(join(folder, PACKAGE_FILE));
  if (text === undefined) return undefined;
  const parsed: unknown = JSON.parse(text);
  const path = parsed instanceof Object ? (parsed as Record<string, unknown>)[FIELD] : undefined;
  return typeof path === 'string' ? { folder, path } : { folder };
}
