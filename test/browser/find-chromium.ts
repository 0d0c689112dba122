import { firstOnPath } from '../fixtures/find-program.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** The first Chromium in the folders of a PATH; undefined where there is none. */
export function findChromium(
  path: string | undefined,
  exists?: (file: string) => boolean,
): string | undefined {
  return firstOnPath(NAMES, path, exists);
}
