import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** In another theme only colours can differ. */
export type Rules = 'all' | 'colours';

/** What axe finds, as `rule: element`. */
export function axeFaults(page: Page, rules: Rules = 'all'): Promise<readonly string[]> {
  return run(page, rules, 'true');
}

/** What axe finds serious or critical, as `rule: element`. */
export function seriousFaults(page: Page, rules: Rules = 'all'): Promise<readonly string[]> {
  return run(page, rules, "impact === 'serious' || impact === 'critical'");
}

async function run(page: Page, rules: Rules, isFault: string): Promise<readonly string[]> {
  const runOnly = rules === 'all' ? '' : ", runOnly: ['color-contrast', 'link-in-text-block']";
  const session = await page.context().newCDPSession(page);
  try {
    await session.send('Runtime.evaluate', { expression: axe });
    const found = await session.send('Runtime.evaluate', {
      expression: `axe.run({ resultTypes: ['violations']${runOnly} }).then(({ violations }) => violations
        .filter(({ impact }) => ${isFault})
        .flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ html }) => id + ': ' + html.slice(0, 200))))`,
      awaitPromise: true,
      returnByValue: true,
    });
    if (found.exceptionDetails !== undefined) throw new Error(found.exceptionDetails.text);
    return found.result.value as string[];
  } finally {
    await session.detach();
  }
}
