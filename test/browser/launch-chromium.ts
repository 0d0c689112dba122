import { chromium, type Browser } from 'playwright-core';

/** A machine that is busy with other things does it, too. */
export const LIMIT_MILLIS = 120_000;

export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu'],
    timeout: LIMIT_MILLIS,
  });
}
