import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DemoServer } from '../fixtures/demo-server.ts';
import { chromiumPath } from './chromium.ts';
import { ObservatoryBrowser } from './observatory-browser.ts';

const executablePath = chromiumPath();
const run = executablePath === undefined ? describe.skip : describe;

run('something is slow, in the demo', () => {
  const house = new ObservatoryBrowser(executablePath ?? '');
  let demo: DemoServer;
  let page: Awaited<ReturnType<ObservatoryBrowser['open']>>['page'];
  beforeAll(async () => {
    demo = await new DemoServer().start();
    const pages = ['yearly-report', 'reading-list', 'guestbook'];
    for (const name of [...pages, ...pages, ...pages])
      await (await fetch(`${demo.address}/demo/${name}`)).text();
    await house.launch();
    ({ page } = await house.open());
    await page.goto(demo.signIn);
  });
  afterAll(async () => {
    await house.close();
    await demo.close();
  });

  it('leads from the overview to the route, its statement, a trace of it, and why', async () => {
    // Which route: it stands among the first by share of time.

    const route = page
      .locator('section', { hasText: 'by share of time' })
      .locator('tbody tr a.name', { hasText: '/demo/yearly-report' });
    expect(await route.textContent()).toContain('/demo/yearly-report');
    await route.click();
    await page.locator('h1', { hasText: 'GET /demo/yearly-report' }).waitFor();
    // Which statement: the first of what its time goes to.
    const part = page
      .locator('section', { hasText: 'Where its time goes' })
      .locator('tbody tr a.name')
      .first();
    expect(await part.textContent()).toMatch(/SELECT/);
    await part.click();
    await page.locator('h1', { hasText: 'SELECT' }).waitFor();
    expect(await page.locator('.sql').textContent()).toContain('posts AS third');
    // Which trace: the slowest call, at its span.
    const call = page
      .locator('section', { hasText: 'Slowest calls held' })
      .locator('tbody tr a.name')
      .first();
    const trace = await call.getAttribute('href');
    // Why: the plan reads every row, three times over.
    await page.getByRole('link', { name: 'Explain query plan' }).click();
    await page.locator('.plan').waitFor();
    expect((await page.locator('.plan').textContent())?.match(/SCAN/g)?.length).toBeGreaterThanOrEqual(2);
    expect(await page.locator('.plan').textContent()).toContain('reads every row');
    await page.goto(new URL(trace!, demo.address).href);
    expect(await page.locator('.span-panel').textContent()).toContain('SELECT');
    expect(await page.locator('.sentence').textContent()).toMatch(/SELECT|yearly-report/);
  });

  it('leads to the repeated statement and the failing page with its stack', async () => {
    await page
      .locator('#rail')
      .getByRole('link', { name: /^Queries/ })
      .click();
    await page.locator('h1', { hasText: 'Queries' }).waitFor();
    const repeated = page.locator('section', { hasText: 'N+1' }).locator('tbody tr').first();
    expect(await repeated.textContent()).toMatch(/reading-list[\s\S]*×60/);
    await page
      .locator('#rail')
      .getByRole('link', { name: /^Failures/ })
      .click();
    await page.locator('h1', { hasText: 'Failures' }).waitFor();
    const failure = page.locator('tbody tr', { hasText: 'guestbook' }).first();
    await failure.locator('summary').click();
    expect(await failure.locator('.stack').textContent()).toMatch(/TypeError[\s\S]+demo-routes\.ts/);
  });

  it('leads to the cost of telemetry', async () => {
    await page
      .locator('#rail')
      .getByRole('link', { name: /^Buffer/ })
      .click();
    await page.locator('h1', { hasText: 'overhead' }).waitFor();
    expect(await page.locator('.sentence').textContent()).toContain(
      'It is too early to say what telemetry costs: two minutes and 200 operations are needed.',
    );
  });
});
