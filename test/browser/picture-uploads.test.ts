import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { makePicture } from '../../src/media/make-picture.ts';
import { plainPicture } from '../fixtures/pictures.ts';
import { AdminServer } from '../src/accounts/admin-server.ts';
import { axeFaults } from './axe.ts';
import { chromiumPath } from './chromium.ts';
import { giveSession } from './owner-session.ts';
import { launchChromium } from './launch-chromium.ts';

const executablePath = chromiumPath();

if (executablePath !== undefined) {
  let server: AdminServer;
  let browser: Browser;
  let page: Page;
  let png: Buffer;
  const problems: string[] = [];
  let hold: Promise<void> = Promise.resolve();

  beforeAll(async () => {
    server = await new AdminServer({
      makePicture: async (file) => {
        await hold;
        return makePicture(file);
      },
    }).start();
    await server.owner();
    browser = await launchChromium(executablePath);
    const context = await browser.newContext();
    await giveSession(context, server);
    page = await context.newPage();
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) problems.push(message.text());
    });
    png = await plainPicture('png');
    await page.goto(`${server.origin}/admin/posts/new`);
    await text().fill('Before. After.');
  });
  afterAll(() => browser.close());

  const text = () => page.locator('textarea[name=markdown]');
  const status = () => page.locator('[data-picture-status]');
  const said = (words: string) => status().filter({ hasText: words }).waitFor();

  /** Pastes or drops files at the caret, as the browser tells the page. */
  const give = (kind: 'paste' | 'drop', name: string, type: string, base64: string) =>
    text().evaluate(
      (area, file) => {
        const transfer = new DataTransfer();
        const bytes = Uint8Array.from(atob(file.base64), (letter) => letter.charCodeAt(0));
        transfer.items.add(new File([bytes], file.name, { type: file.type }));
        const options = { bubbles: true, cancelable: true };
        area.dispatchEvent(
          file.kind === 'paste'
            ? new ClipboardEvent('paste', { ...options, clipboardData: transfer })
            : new DragEvent('drop', { ...options, dataTransfer: transfer }),
        );
      },
      { kind, name, type, base64 },
    );

  describe('the editor', () => {
    it('takes a pasted picture to the caret, with a place for it meanwhile', async () => {
      let goOn = (): void => {};
      hold = new Promise((resolve) => (goOn = resolve));
      await text().evaluate((area: HTMLTextAreaElement) => area.setSelectionRange(8, 8));
      await give('paste', 'shot.png', 'image/png', png.toString('base64'));
      expect(await text().inputValue()).toMatch(/^Before\. !\[Uploading shot\.png \(1\) …\]\(\)After\.$/);
      await page.fill('input[name=title]', 'Saved too early');
      await page.click('button:text-is("Save")');
      expect(await page.locator('[data-autosave-status]').textContent()).toContain('still being uploaded');
      goOn();
      await said('shot.png is uploaded');
      expect(await text().inputValue()).toMatch(
        /^Before\. !\[\]\(\/media\/pictures\/shot-[0-9a-f]{10}\.png\)After\.$/,
      );
    });

    it('is taken back by undo, as if it were typed', async () => {
      await text().fill('');
      await text().pressSequentially('Typed. ');
      await give('paste', 'shot.png', 'image/png', png.toString('base64'));
      await said('shot.png is uploaded');
      await text().press('Control+z');
      await text().press('Control+z');
      expect(await text().inputValue()).toBe('Typed. ');
    });

    it('takes dropped and chosen ones, each as its own paragraph, and goes on in the text', async () => {
      await text().fill('');
      const chooser = page.waitForEvent('filechooser');
      await page.click('button:text-is("Insert a picture…")');
      const files = await Promise.all(
        [50, 60].map(async (width) => {
          const file = join(server.folder, `chosen-${width}.png`);
          writeFileSync(file, await plainPicture('png', { width }));
          return file;
        }),
      );
      await (await chooser).setFiles(files);
      await said('chosen-60.png is uploaded');
      expect(await text().evaluate((area) => area === document.activeElement)).toBe(true);
      await page.keyboard.type('The second');
      await text().press('Control+End');
      await text().pressSequentially('\n\n');
      await give('drop', 'dropped.png', 'image/png', png.toString('base64'));
      await said('dropped.png is uploaded');
      const paragraphs = (await text().inputValue()).split('\n\n');
      // The bytes that were pasted above keep their address.
      expect(paragraphs.map((words) => words.replace(/-\w{10}\.png/, ''))).toEqual([
        '![](/media/pictures/chosen-50)',
        '![The second](/media/pictures/chosen-60)',
        '![](/media/pictures/shot)',
      ]);
    });

    it('takes one that is dropped beside the text: the browser opened it in place of the editor', async () => {
      await text().fill('');
      const isTaken = await page.locator('input[name=title]').evaluate((field, base64) => {
        const dataTransfer = new DataTransfer();
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        dataTransfer.items.add(new File([bytes], 'beside.png', { type: 'image/png' }));
        const options = { bubbles: true, cancelable: true, dataTransfer };
        return ['dragover', 'drop'].map((type) => !field.dispatchEvent(new DragEvent(type, options)));
      }, png.toString('base64'));
      expect(isTaken).toEqual([true, true]);
      await said('beside.png is uploaded');
      expect(await text().inputValue()).toContain('![](/media/pictures/shot-');
    });

    it('takes one of those that the blog has, chosen by sight', async () => {
      await text().fill('Seen: ');
      await text().press('End');
      await page.click('button:text-is("Choose an uploaded one…")');
      const dialog = page.getByRole('dialog', { name: 'Choose a picture' });
      await dialog.getByRole('button', { name: /^chosen-50/ }).waitFor();
      expect(await axeFaults(page)).toEqual([]);
      // By keyboard: the first picture has the focus.
      expect(await page.evaluate(() => document.activeElement?.closest('dialog li') !== null)).toBe(true);
      await dialog.getByRole('button', { name: /^chosen-50/ }).focus();
      await page.keyboard.press('Enter');
      await page.keyboard.type('Known');
      expect(await text().inputValue()).toMatch(
        /^Seen: !\[Known\]\(\/media\/pictures\/chosen-50-\w{10}\.png\)$/,
      );
    });

    it('leaves the text as it was if a picture is refused, and says why', async () => {
      await text().fill('As it was.');
      await text().evaluate((area: HTMLTextAreaElement) => area.setSelectionRange(3, 5));
      await give('drop', 'drawing.svg', 'image/svg+xml', btoa('<svg xmlns="http://www.w3.org/2000/svg"/>'));
      await said('drawing.svg was not uploaded. This is no picture that the blog takes.');
      expect(await text().inputValue()).toBe('As it was.');
      await page.route('**/admin/media', (route) => route.abort());
      await give('paste', 'lost.png', 'image/png', png.toString('base64'));
      await said('The blog does not answer.');
      expect(await text().inputValue()).toBe('As it was.');
      await page.unroute('**/admin/media');
    });

    it('breaks no rule of its policy or of accessibility', async () => {
      expect(problems).toEqual([]);
      expect(await axeFaults(page)).toEqual([]);
    });
  });

  describe('the pages of media', () => {
    it('fit a phone, and break no rule of accessibility', async () => {
      page.on('dialog', (dialog) => void dialog.accept());
      await page.setViewportSize({ width: 360, height: 740 });
      const shot = server.media.list().find((file) => file.path.includes('shot'))!.path;
      for (const path of ['', `/file?name=${encodeURIComponent(shot)}`]) {
        await page.goto(`${server.origin}/admin/media${path}`);
        expect(await axeFaults(page)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
      }
    });

    it('are chosen from in the settings, as is the colour', async () => {
      await page.goto(`${server.origin}/admin/settings`);
      await page.locator('button[data-picture-of=headPicture]').click();
      await page.getByRole('button', { name: /^chosen-60/ }).click();
      await page.getByLabel('Choose the colour').fill('#2244aa');
      expect(await page.locator('#accent').inputValue()).toBe('#2244aa');
      await page.locator('#accent').fill('#b4530a');
      expect(await page.getByLabel('Choose the colour').inputValue()).toBe('#b4530a');
      await page.locator('form[action="/admin/settings"] button.primary').click();
      await page.waitForURL(/done=saved/);
      expect(await page.locator('#headPicture').inputValue()).toMatch(/^\/media\/pictures\/chosen-60-/);
      expect(await axeFaults(page)).toEqual([]);
    });

    it('copy what shows a picture in a text', async () => {
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      const shot = server.media.list().find((file) => file.path.includes('shot'))!.path;
      await page.goto(`${server.origin}/admin/media/file?name=${encodeURIComponent(shot)}`);
      await page.click('button:text-is("Copy Markdown")');
      await page.getByRole('button', { name: 'Copied' }).waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(
        /^!\[\]\(\/media\/pictures\/shot-/,
      );
      expect(problems).toEqual([]);
    });
  });
}
