import { accessSync, constants } from 'node:fs';
import { findChromium } from './find-chromium.ts';

/** Where installers put it that do not care for PATH. */
const APPLICATIONS = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * The Chromium that the browser tests drive: CHROMIUM_PATH, or the first found on PATH. Undefined, with a line on standard error, when
 * there is none; in CI (`CI=true`) that is an error, so that nothing is left out silently there.
 */
export function chromiumPath(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const given = env['CHROMIUM_PATH'];
  if (given) {
    if (isExecutable(given)) return given;
    throw new Error(`CHROMIUM_PATH=${given} is no program that can be run`);
  }
  const found =
    findChromium(env['PATH'] ?? env['Path'], isExecutable) ??
    (process.platform === 'darwin' ? APPLICATIONS.find(isExecutable) : undefined);
  if (found !== undefined) return found;
  const advice =
    'No Chromium was found. Install one (Debian: apt-get install chromium) or set CHROMIUM_PATH.';
  if (env['CI'] === 'true') throw new Error(advice);
  process.stderr.write(`\n*** BROWSER TESTS ARE SKIPPED. ${advice}\n\n`);
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
