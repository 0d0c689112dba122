import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { AdminServer, PASSWORD } from '../src/accounts/admin-server.ts';
import { axeFaults } from './axe.ts';
import { chromiumPath } from './chromium.ts';
import { giveSession } from './owner-session.ts';
import { launchChromium } from './launch-chromium.ts';

const executablePath = chromiumPath();

// On a machine without a browser the rest of the suite still stands.
if (executablePath !== undefined) {
  let server: AdminServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    server = await new AdminServer().start();
    await server.owner();
    browser = await launchChromium(executablePath);
  });
  afterAll(() => browser.close());

  const signIn = (): Promise<void> => giveSession(context, server);

  beforeEach(async () => {
    context = await browser.newContext();
    await signIn();
    page = await context.newPage();
    server.database.exec('DELETE FROM unsaved_texts');
  });

  const text = () => page.locator('textarea[name=markdown]');
  const open = (path: string) => page.goto(server.origin + path);
  const status = () => page.locator('[data-autosave-status]');

  /** Signs in by the form, so that the browser is known; then loses the session, or all cookies, while writing, and saves. */
  async function openRefused(id: number, lost: 'session' | 'all' = 'session'): Promise<readonly string[]> {
    await context.clearCookies();
    await open(`/admin/sign-in?next=/admin/posts/${id}/edit`);
    await page.fill('input[name=password]', PASSWORD);
    await page.click('button:text-is("Sign in")');
    await page.waitForURL(/\/edit$/);
    await context.clearCookies(lost === 'all' ? {} : { name: 'glasshouse_session' });
    await text().fill('New words');
    await status().filter({ hasText: 'signed out' }).waitFor();
    await page.click('button:text-is("Save")');
    return page.locator('h1').allTextContents();
  }

  describe('the editor', () => {
    it('keeps a typed text on the server, counts its words, and another browser continues it', async () => {
      await open('/admin/posts/new');
      await page.fill('input[name=title]', 'On glass');
      await text().fill('Three plain words');
      await status().filter({ hasText: 'Draft kept' }).waitFor();
      expect(await page.locator('[data-words]').textContent()).toBe('3 words');
      await context.close();
      context = await browser.newContext();
      await signIn();
      page = await context.newPage();
      await open('/admin/posts/new');
      expect(await text().inputValue()).toBe('');
      await page.click('text=Continue it');
      expect(await text().inputValue()).toBe('Three plain words');
      await context.close();
    });

    it('asks before somebody leaves with a text that only the page has, and Ctrl-S saves it', async () => {
      await open('/admin/posts/new');
      await page.fill('input[name=title]', 'Saved by keys');
      await text().fill('Typed');
      const asked = page.waitForEvent('dialog');
      const leaving = page.evaluate(() => location.assign('/admin/posts'));
      const dialog = await asked;
      expect(dialog.type()).toBe('beforeunload');
      await dialog.dismiss();
      await leaving;
      await text().press('Control+s');
      await page.waitForURL(/\/admin\/posts\/\d+\/edit\?done=saved/);
      expect(await text().inputValue()).toBe('Typed');
      // Nothing is offered: what was typed is what was saved.
      expect(await page.locator('.notice').allTextContents()).toEqual(['Saved.']);
      await open('/admin/posts/new');
      expect(await page.locator('.notice').count()).toBe(0);
      await context.close();
    });

    it('keeps the text in the browser while the session is lost, and offers it after signing in', async () => {
      const { id } = server.posts.create({ title: 'Lost', markdown: 'Old', status: 'draft' });
      await open(`/admin/posts/${id}/edit`);
      await context.clearCookies();
      await text().fill('New words');
      await status().filter({ hasText: 'signed out' }).waitFor();
      page.on('dialog', (dialog) => void dialog.accept());
      await signIn();
      await open(`/admin/posts/${id}/edit`);
      expect(await text().inputValue()).toBe('Old');
      const offer = page.locator('.notice.unsaved');
      expect(await offer.textContent()).toContain('“Lost”');
      expect(await axeFaults(page)).toEqual([]);
      await offer.getByText('Put it into the editor').click();
      expect(await text().inputValue()).toBe('New words');
      await status().filter({ hasText: 'Draft kept' }).waitFor();
      expect(await offer.count()).toBe(0);
      await page.click('button:text-is("Save")');
      await page.waitForURL(/done=saved/);
      expect(server.posts.byId(id)!.markdown).toBe('New words');
      await open(`/admin/posts/${id}/edit`);
      expect(await page.locator('.notice').count()).toBe(0);
      await context.close();
    });

    it('keeps the newer text of this browser while the older one of the server is continued and typed on', async () => {
      await open('/admin/posts/new');
      await page.fill('input[name=title]', 'Two states');
      await text().fill('On the server');
      await status().filter({ hasText: 'Draft kept' }).waitFor();
      await context.clearCookies();
      await text().fill('On the server, and more that only this browser has');
      await status().filter({ hasText: 'signed out' }).waitFor();
      page.on('dialog', (dialog) => void dialog.accept());
      await signIn();
      await open('/admin/posts');
      await page.click('text=Continue it');
      await text().press('Control+Home');
      await text().pressSequentially('Hasty. ');
      await status().filter({ hasText: 'Draft kept' }).waitFor();
      await page.reload();
      expect(await text().inputValue()).toBe('Hasty. On the server');
      await page.click('text=Put it into the editor');
      expect(await text().inputValue()).toBe('On the server, and more that only this browser has');
      await page.click('button:text-is("Save")');
      await page.waitForURL(/done=saved/);
      expect(server.database.prepare('SELECT * FROM unsaved_texts').all()).toEqual([]);
      await context.close();
    });

    it('says while somebody types that the post was saved elsewhere', async () => {
      const { id } = server.posts.create({ title: 'Twice', markdown: 'Old', status: 'draft' });
      await open(`/admin/posts/${id}/edit`);
      await text().fill('Mine');
      await status()
        .filter({ hasText: /not saved yet\.$/ })
        .waitFor();
      server.posts.update(id, 1, { title: 'Twice', markdown: 'Theirs', status: 'draft' });
      await text().fill('Mine, on');
      await status().filter({ hasText: 'The post was saved elsewhere' }).waitFor();
      expect(server.posts.byId(id)!.markdown).toBe('Theirs');
      page.on('dialog', (dialog) => void dialog.accept());
      await context.close();
    });

    it('goes on keeping drafts and taking pictures after signing in again elsewhere', async () => {
      const { id } = server.posts.create({ title: 'Signed out', markdown: 'Old', status: 'draft' });
      await open(`/admin/posts/${id}/edit`);
      await context.clearCookies();
      await text().fill('New words');
      await status().filter({ hasText: 'signed out' }).waitFor();
      expect(await status().locator('a').getAttribute('href')).toMatch(/\/admin\/sign-in$/);
      expect(await axeFaults(page)).toEqual([]);
      await signIn();
      await text().press('End');
      await text().press('!');
      await status().filter({ hasText: 'Draft kept' }).waitFor();
      await page.click('button:text-is("Save")');
      await page.waitForURL(/done=saved/);
      expect(server.posts.byId(id)!.markdown).toBe('New words!');
      await context.close();
    });

    it('shows no page of the browser instead of the text when the network has just gone', async () => {
      await open('/admin/posts/new');
      await page.fill('input[name=title]', 'Tunnel');
      await text().fill('Dark');
      await context.setOffline(true);
      await page.click('button:text-is("Save")');
      await status().filter({ hasText: 'does not answer' }).waitFor();
      expect(await text().inputValue()).toBe('Dark');
      await context.setOffline(false);
      await page.click('button:text-is("Save")');
      await page.waitForURL(/done=saved/);
      await context.close();
    });

    it('saves a text whose session was lost by one click after signing in', async () => {
      const { id } = server.posts.create({ title: 'Refused', markdown: 'Old', status: 'draft' });
      const [owner] = await openRefused(id);
      expect(owner).toContain('You are signed out; nothing is lost');
      expect(await axeFaults(page)).toEqual([]);
      const [tab] = await Promise.all([
        context.waitForEvent('page'),
        page.click('text=Sign in in a new tab'),
      ]);
      await tab.fill('input[name=password]', PASSWORD);
      await tab.click('button:text-is("Sign in")');
      await tab.waitForURL(/\/admin$/);
      await page.click('text=I have signed in, send again');
      await page.waitForURL(/done=saved/);
      expect(await text().inputValue()).toBe('New words');
      expect(await page.locator('.notice').allTextContents()).toEqual(['Saved.']);
      await context.close();
    });

    it('names the text that it has kept after all cookies were deleted', async () => {
      const { id } = server.posts.create({ title: 'No cookies', markdown: 'Old', status: 'draft' });
      await openRefused(id, 'all');
      expect(await page.locator('h1').textContent()).toBe('Sign in first');
      expect(await axeFaults(page)).toEqual([]);
      await page.click('text=Sign in, and the editor offers it');
      await page.fill('input[name=password]', PASSWORD);
      await page.click('button:text-is("Sign in")');
      await page.waitForURL(new RegExp(`/admin/posts/${id}/edit`));
      await page.click('text=Put it into the editor');
      expect(await text().inputValue()).toBe('New words');
      await context.close();
    });

    it('keeps what is typed without a pause: it waited for one', async () => {
      await page.clock.install({ time: 0 });
      await open('/admin/posts/new');
      await page.clock.pauseAt(3_600_000);
      const words = () => page.locator('[data-words]').textContent();
      await text().press('b');
      // Words of a long text are not counted on every key.
      expect(await words()).toBe('0 words');
      await page.clock.runFor(300);
      expect(await words()).toBe('1 word');
      await text().press('Backspace');
      const kept = page.waitForRequest(/\/admin\/posts\/unsaved$/);
      for (let key = 0; key < 20; key++) {
        await text().press('a');
        await page.clock.runFor(200);
      }
      expect(new URLSearchParams((await kept).postData()!).get('markdown')).toMatch(/^a{10,14}$/);
      expect(await page.evaluate(() => Object.values({ ...localStorage }).join())).toMatch(/"a{14,20}"/);
      const last = page.waitForResponse(
        (answer) =>
          answer
            .request()
            .postData()
            ?.includes(`=${'a'.repeat(20)}&`) === true,
      );
      await page.clock.runFor(2500);
      await last;
      await status().filter({ hasText: 'Draft kept' }).waitFor();
      // Typed and taken back: nothing is offered twice.
      await text().press('b');
      await text().press('Backspace');
      await page.clock.runFor(300);
      expect(await page.evaluate(() => localStorage.length)).toBe(0);
      await context.close();
    });

    it('goes on with the text of a lost session as one text, which one save ends', async () => {
      page.on('dialog', (dialog) => void dialog.accept());
      await open('/admin/posts/new');
      await page.fill('input[name=title]', 'Once');
      await text().fill('On the server');
      await status().filter({ hasText: 'Draft kept' }).waitFor();
      await context.clearCookies();
      await text().fill('On the server, and here');
      await status().filter({ hasText: 'signed out' }).waitFor();
      await signIn();
      await open('/admin/posts/new');
      // The browser's copy is the newer one: the server's is not offered beside it.
      expect(await page.locator('.notice:visible').allTextContents()).toEqual([
        expect.stringContaining('“Once”, 5 words.Put it into the editor'),
      ]);
      await page.click('text=Put it into the editor');
      expect(await page.locator('.notice').count()).toBe(0);
      await status().filter({ hasText: 'Draft kept' }).waitFor();
      await page.click('button:text-is("Save")');
      await page.waitForURL(/done=saved/);
      await open('/admin/posts/new');
      expect(await page.locator('.notice').count()).toBe(0);
      await context.close();
    });

    it('tells times in the zone of the blog, not in that of the browser', async () => {
      await context.close();
      context = await browser.newContext({ timezoneId: 'Pacific/Auckland', locale: 'en-US' });
      await signIn();
      page = await context.newPage();
      page.on('dialog', (dialog) => void dialog.accept());
      await open('/admin/posts/new');
      await text().fill('Far away');
      await status()
        .filter({ hasText: /Draft kept at \d\d:\d\d, not/ })
        .waitFor();
      await context.clearCookies();
      await text().fill('Farther away');
      await status().filter({ hasText: 'signed out' }).waitFor();
      const typedAt = await page.evaluate(
        () => /"typedAtMillis":(\d+)/.exec(JSON.stringify({ ...localStorage }).replaceAll('\\', ''))?.[1],
      );
      await signIn();
      await open('/admin/posts/new');
      const minute = new Date(Number(typedAt)).toISOString().slice(0, 16).replace('T', ' ');
      expect(await page.locator('.notice:visible').allTextContents()).toEqual([
        expect.stringContaining(`of ${minute} (UTC), 2 words.`),
      ]);
    });

    it('offers one text that both browser and server have, and discards it once', async () => {
      page.on('dialog', (dialog) => void dialog.accept());
      const { id } = server.posts.create({ title: 'Both', markdown: 'Old', status: 'draft' });
      const typed = async (words: string) => {
        await open(`/admin/posts/${id}/edit`);
        await text().fill('On the server');
        await status().filter({ hasText: 'Draft kept' }).waitFor();
        await context.clearCookies();
        await text().fill(words);
        await status().filter({ hasText: 'signed out' }).waitFor();
        await signIn();
      };
      await typed('Newer here');
      await open(`/admin/posts/${id}/edit`);
      await page.click('.notice:visible >> text=Discard it');
      await page.waitForURL(/done=discarded/);
      expect(await page.locator('.notice').allTextContents()).toEqual(['The text was discarded.']);
      // Continued elsewhere since: the server's is the newer one, and nothing of the other is lost.
      await typed('Older here');
      server.database.prepare('UPDATE unsaved_texts SET typed_at = 4102444800000').run();
      await open(`/admin/posts/${id}/edit`);
      expect(await page.locator('.notice:visible').count()).toBe(1);
      await page.click('text=Continue it');
      expect(await text().inputValue()).toBe('On the server');
      expect(await page.locator('.notice:visible').allTextContents()).toEqual([
        expect.stringContaining('2 words.Put it into the editor'),
      ]);
      await context.close();
    });

    it('stays where the owner types when Ctrl-S saves', async () => {
      const lines = Array.from({ length: 200 }, (_, line) => `Line ${line}`).join('\n');
      const { id } = server.posts.create({ title: 'Long', markdown: lines, status: 'draft' });
      await open(`/admin/posts/${id}/edit`);
      await text().press('Control+End');
      await text().press('x');
      const scrolled = await text().evaluate((area) => area.scrollTop);
      await text().press('Control+s');
      await page.waitForURL(/done=saved/);
      await page.keyboard.type('y');
      expect(await text().inputValue()).toMatch(/Line 199xy$/);
      expect(scrolled).toBeGreaterThan(500);
      expect(await text().evaluate((area) => area.scrollTop)).toBeGreaterThan(scrolled - 50);
      await context.close();
    });

    it('leaves the focus in the field in which Ctrl-S saves, also in one that was folded', async () => {
      const { id } = server.posts.create({ title: 'Keys', markdown: 'x', status: 'draft' });
      for (const name of ['tags', 'description']) {
        await open(`/admin/posts/${id}/edit`);
        await page.click('summary:has-text("Address")');
        await page.locator(`[name=${name}]`).press('End');
        await page.keyboard.type('a');
        await page.keyboard.press('Control+s');
        await page.waitForURL(/done=saved/);
        await page.waitForFunction((field) => document.activeElement?.getAttribute('name') === field, name);
      }
      expect(server.posts.byId(id)).toMatchObject({ tags: ['a'], description: 'a' });
      await context.close();
    });

    it('has one line for the state of the draft on a phone, above the buttons', async () => {
      await page.setViewportSize({ width: 360, height: 740 });
      const { id } = server.posts.create({ title: 'Phone', markdown: 'x', status: 'draft' });
      await open(`/admin/posts/${id}/edit`);
      await text().fill('Typed');
      await status().filter({ hasText: 'Draft kept' }).waitFor();
      const words = (await status().boundingBox())!;
      const button = (await page.locator('button:text-is("Save")').boundingBox())!;
      expect(words.width).toBeGreaterThan(300);
      expect(words.height).toBeLessThan(30);
      expect(words.y + words.height).toBeLessThan(button.y + 1);
      await context.close();
    });

    it('shows every entry of the menu on a phone: writing was beside the screen', async () => {
      await page.setViewportSize({ width: 360, height: 740 });
      await open('/admin');
      await page.locator('.top-bar summary').click();
      const menu = page.locator('.top-bar nav');
      const rights = await menu
        .getByRole('link')
        .evaluateAll((links) =>
          links.map((link) => [link.textContent.trim(), link.getBoundingClientRect().right <= innerWidth]),
        );
      expect(rights).toContainEqual(['New post', true]);
      expect(rights.filter(([, isInside]) => isInside !== true)).toEqual([]);
      await context.close();
    });

    it('continues lists, ends them, and marks by keys, as if typed', async () => {
      await open('/admin/posts/new');
      await text().click();
      await page.keyboard.type('- milk\neggs\n\nThen ');
      await page.keyboard.press('Control+b');
      await page.keyboard.type('bold');
      expect(await text().inputValue()).toBe('- milk\n- eggs\n\nThen **bold**');
      await text().press('Control+a');
      await page.keyboard.type('```yaml\n- a\n');
      expect(await text().inputValue()).toBe('```yaml\n- a\n');
      await text().fill('');
      await page.keyboard.type('1. one\n2. two\n3. three');
      expect(await text().inputValue()).toBe('1. one\n2. two\n3. three');
      await text().fill('See here');
      await text().evaluate((area: HTMLTextAreaElement) => area.setSelectionRange(4, 8));
      await text().press('Control+k');
      await page.keyboard.type('/now');
      expect(await text().inputValue()).toBe('See [here](/now)');
      await text().press('Control+z');
      expect(await text().inputValue()).not.toContain('/now');
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      await text().fill('See here');
      await text().evaluate((area: HTMLTextAreaElement) => area.setSelectionRange(4, 8));
      await page.evaluate(() => navigator.clipboard.writeText('https://example.org/'));
      await text().press('Control+v');
      expect(await text().inputValue()).toBe('See [here](https://example.org/)');
      await text().press('Control+z');
      expect(await text().inputValue()).toBe('See here');
      await context.close();
    });

    it('offers known tags for every tag of the list, and goes to what was refused', async () => {
      server.posts.create({ title: 'T', markdown: 'x', status: 'published', tags: ['Garden', 'Glass'] });
      await open('/admin/posts/new');
      const offers = () =>
        page
          .locator('#known-tags option:enabled')
          .evaluateAll((options) => options.map((option) => option.getAttribute('value')));
      expect(await offers()).toEqual(['Garden', 'Glass']);
      await page.locator('#tags').pressSequentially('garden, G');
      expect(await offers()).toEqual(['garden, Glass']);
      await page.fill('input[name=title]', 'Refused');
      await page.locator('summary', { hasText: 'Address' }).click();
      await page.fill('#language', 'no language');
      await page.click('button:text-is("Save")');
      await page.locator('.summary:focus').waitFor();
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.locator('#language:focus').waitFor();
      expect(await axeFaults(page)).toEqual([]);
      await context.close();
    });

    it('does not leave for an error of the browser while the blog is away', async () => {
      await open('/admin/posts/new');
      await page.fill('input[name=title]', 'Patience');
      await context.setOffline(true);
      await text().fill('Typed while the blog was away');
      await status().filter({ hasText: 'does not answer' }).waitFor();
      await page.click('button:text-is("Save")');
      await status().filter({ hasText: 'does not answer' }).waitFor();
      expect([page.url(), await text().inputValue()]).toEqual([
        `${server.origin}/admin/posts/new`,
        'Typed while the blog was away',
      ]);
      await context.setOffline(false);
      await page.click('button:text-is("Save")');
      await page.waitForURL(/done=saved/);
      expect(await text().inputValue()).toBe('Typed while the blog was away');
      await context.close();
    });
  });
}
