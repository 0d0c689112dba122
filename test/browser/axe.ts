import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { BrowserContext, Page } from 'playwright-core';
import { LIMIT_MILLIS } from './launch-chromium.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** In another theme only colours can differ. */
const COLOURS = `['color-contrast', 'link-in-text-block']`;
/** A rule that is not serious itself finds nothing serious. */
const SERIOUS = `axe._audit.rules
  .filter(({ enabled, impact, tags }) => enabled && !tags.includes('experimental') && /serious|critical/.test(impact))
  .map(({ id }) => id)`;
const EMPTY = { contentType: 'text/html', body: '<!doctype html><title>what axe looks at</title>' };
const WIDE = { width: 1280, height: 900 };

/** Pages in which axe is loaded. In one that is new it takes three times as long as where it has run before. */
const judges = new WeakMap<BrowserContext, { readonly origin: string; readonly judge: Promise<Page> }>();

/** What axe finds in either theme at 1280 pixels, as `rule: element`. */
export async function axeFaults(page: Page): Promise<readonly string[]> {
  return faultsOf(page, '');
}

/** What axe finds serious or critical in either theme at 1280 pixels, as `rule: element`. */
export async function seriousFaults(page: Page): Promise<readonly string[]> {
  return faultsOf(page, `runOnly: ${SERIOUS}`);
}

async function faultsOf(page: Page, rules: string): Promise<readonly string[]> {
  const judge = await judgeOf(page);
  await show(judge, await page.evaluate(() => document.documentElement.outerHTML));
  await judge.emulateMedia({ colorScheme: 'light' });
  const light = await run(judge, rules);
  await judge.emulateMedia({ colorScheme: 'dark' });
  return [...light, ...(await run(judge, `runOnly: ${COLOURS}`)).map((fault) => `dark ${fault}`)];
}

function judgeOf(page: Page): Promise<Page> {
  const context = page.context();
  const { origin } = new URL(page.url());
  const known = judges.get(context);
  if (known?.origin === origin) return known.judge;
  const judge = newJudge(context, origin);
  judges.set(context, { origin, judge });
  return judge;
}

async function newJudge(context: BrowserContext, origin: string): Promise<Page> {
  const judge = await context.newPage();
  judge.setDefaultTimeout(LIMIT_MILLIS);
  const address = `${origin}/what-axe-looks-at`;
  await judge.route(address, (route) => route.fulfill(EMPTY));
  await judge.goto(address);
  await judge.setViewportSize(WIDE);
  // Another theme at once.
  await judge.emulateMedia({ reducedMotion: 'reduce' });
  await evaluate(judge, axe);
  return judge;
}

/**
 * Shows what another page shows, less what axe would look at for nothing: rows, links and shapes that differ from one before them in their
 * texts and numbers only, and what is in closed details, which it passes over. Without gradients, on which it judges no contrast.
 */
async function show(judge: Page, html: string): Promise<void> {
  await judge.evaluate(async (text) => {
    const { documentElement, head, body } = new DOMParser().parseFromString(text, 'text/html');
    for (const hidden of body.querySelectorAll('details:not([open]) > :not(summary)')) hidden.remove();
    for (const parent of body.querySelectorAll('tbody, nav, ul, ol, svg, svg g')) {
      const shapes = new Set<string>();
      for (const child of Array.from(parent.children)) {
        const shape = child.outerHTML
          .replaceAll(/>[^<]*[^<\s][^<]*</g, '>text<')
          .replaceAll(/ (?!class|role|style|type)([\w-]+)="[^"]+"/g, ' $1');
        if (shapes.has(shape)) child.remove();
        shapes.add(shape);
      }
    }
    const styles = (of: Element): readonly HTMLLinkElement[] => [
      ...of.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]'),
    ];
    const known = new Map(styles(document.head).map((link) => [link.href, link]));
    for (const link of styles(head)) link.replaceWith(known.get(link.href) ?? link);
    const loaded = styles(head)
      .filter(({ sheet }) => sheet === null)
      .map((link) => new Promise((resolve) => link.addEventListener('load', resolve)));
    for (const { name, value } of documentElement.attributes)
      document.documentElement.setAttribute(name, value);
    const plain = document.createElement('style');
    plain.textContent = '* { background-image: none !important }';
    document.head.replaceChildren(...head.children, plain);
    document.body.replaceWith(body);
    await Promise.all(loaded);
  }, html);
}

function run(judge: Page, rules: string): Promise<readonly string[]> {
  return evaluate<readonly string[]>(
    judge,
    `axe.run({ reporter: 'no-passes', resultTypes: ['violations'], selectors: false, ${rules} }).then(
      ({ violations }) => violations.flatMap(({ id, nodes }) =>
        nodes.slice(0, 3).map(({ html }) => id + ': ' + html.slice(0, 200))))`,
  );
}

/** Whatever the policy of the page allows. */
async function evaluate<T>(page: Page, expression: string): Promise<T> {
  const session = await page.context().newCDPSession(page);
  try {
    const found = await session.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (found.exceptionDetails !== undefined) throw new Error(found.exceptionDetails.text);
    return found.result.value as T;
  } finally {
    await session.detach();
  }
}
