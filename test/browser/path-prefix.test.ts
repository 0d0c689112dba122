import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BlogProcess } from '../integration/blog-process.ts';
import { PrefixProxy } from '../integration/prefix-proxy.ts';
import { chromiumPath } from './chromium.ts';
import { ObservatoryBrowser } from './observatory-browser.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const executablePath = chromiumPath();
const run = executablePath === undefined ? describe.skip : describe;
const PREFIX = '/notes';
const PASSWORD = 'amber lantern quietly grows';

run('the whole blog below a path, in a browser', () => {
  const house = new ObservatoryBrowser(executablePath ?? '');
  beforeAll(() => house.launch());
  afterAll(() => house.close());

  // That a proxy which leaves the prefix gets the same pages is held by test/integration/path-prefix.test.ts.
  it('is set up, read, written and watched through a proxy that takes it off', async () => {
    const dataDir = temporaryFolder();
    const proxy = await PrefixProxy.start({ prefix: PREFIX, strips: true });
    const blog = await BlogProcess.start(dataDir, { PUBLIC_URL: proxy.publicUrl });
    proxy.upstream = new URL(blog.address);
    const { page, complaints, requests } = await house.open();
    try {
      page.on('requestfailed', (request) => {
        // A page that is left takes with it what still loads, its stream and its fonts: an abort is the browser's own.
        const problem = request.failure()?.errorText;
        if (problem !== 'net::ERR_ABORTED') complaints.push(`${request.url()} failed: ${problem}`);
      });
      page.on('response', (answer) => {
        if (answer.status() >= 400) complaints.push(`${answer.url()} answered ${answer.status()}`);
      });
      await page.addInitScript(() =>
        document.addEventListener('securitypolicyviolation', (event) =>
          reportError(new Error(`${event.violatedDirective} forbids ${event.blockedURI}`)),
        ),
      );
      await page.goto(proxy.publicUrl);
      await page.locator('.posts a').first().click();
      await page.getByRole('link', { name: 'Archive' }).click();

      await page.goto(/(http\S+\/admin\/setup\?\S+)/.exec(blog.output)![1]!);
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
      await page.getByLabel('Repeat the password').fill(PASSWORD);
      await page.getByRole('button', { name: 'Set the password' }).click();
      await page.getByRole('link', { name: 'New post' }).first().click();
      await page.getByLabel('Title').fill('From a browser');
      await page.getByLabel('Text, in Markdown').fill('All [tags](/tags).');
      await page.getByRole('button', { name: 'Publish' }).click();
      await page.getByRole('link', { name: 'View post' }).click();
      await page.getByRole('link', { name: 'tags', exact: true }).click();
      await page.locator('h1', { hasText: 'Tags' }).waitFor();

      await page.goto(`${proxy.publicUrl}/admin/metrics-dashboard`);
      await page.locator('.live-button.live').waitFor();
      await page.evaluate(() => document.fonts.ready);
      await page.keyboard.press('?');
      await page.locator('dialog.keys-dialog[open]').waitFor();
      await page.keyboard.press('Escape');
      for (const entry of ['Routes', 'Queries', 'Process', 'Traces'])
        await page.locator('#rail').getByRole('link', { name: entry }).click();
      await page.locator('h1', { hasText: 'Traces' }).waitFor();
      await page.locator('tbody a.name').first().click();
      await page.locator('table[role=treegrid] tbody tr').first().waitFor();

      expect(complaints).toEqual([]);
      const outside = requests.filter((url) => !url.startsWith(`${proxy.publicUrl}/`));
      expect(outside.filter((url) => url !== proxy.publicUrl)).toEqual([]);
      for (const kind of [/\.css$/, /\.js$/, /\.woff2$/, /\/live\?/])
        expect([kind, requests.some((url) => kind.test(url))]).toEqual([kind, true]);
      expect(proxy.strays).toEqual([]);
    } finally {
      await page.context().close();
      await blog.stop();
      await proxy.close();
    }
  });
});
