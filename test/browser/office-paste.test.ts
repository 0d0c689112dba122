import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { AdminServer } from '../src/accounts/admin-server.ts';
import { chromiumPath } from './chromium.ts';
import { pastedInto } from './clipboard.ts';
import { giveSession } from './owner-session.ts';
import { launchChromium } from './launch-chromium.ts';

const executablePath = chromiumPath();

/** What a program puts on the clipboard. */
const copiedFrom = (program: string): string =>
  readFileSync(new URL(`../fixtures/pasted/${program}.html`, import.meta.url), 'utf8');

if (executablePath !== undefined) {
  let server: AdminServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    server = await new AdminServer().start();
    await server.owner();
    browser = await launchChromium(executablePath);
    const context = await browser.newContext();
    await giveSession(context, server);
    page = await context.newPage();
    page.on('dialog', (dialog) => void dialog.accept());
    await page.goto(`${server.origin}/admin/posts/new`);
  });
  afterAll(() => browser.close());

  const pasted = async (html: string): Promise<string> => {
    const text = page.locator('textarea[name=markdown]');
    await text.fill('');
    return pastedInto(text, html);
  };

  describe('a paste of a text processor', () => {
    it('has the lists of Word, by paragraphs, styles and numbers, and its tables', async () => {
      expect(await pasted(copiedFrom('word'))).toBe(
        [
          '# 1 On panes',
          '- Clear **glass**\n  - thin\n- Frosted glass',
          '3. Cut\n4. Polish',
          'A paragraph that is only indented.',
          '- By its style\n  - below it',
          '| **Pane** | **Size** | **Price** |\n| --- | :-: | --: |\n| Clear | S | 7 |\n|  | L | 12 |',
        ].join('\n\n'),
      );
    });

    it('has lists of Word that went through a browser, which leaves out what it does not know', async () => {
      expect(await pasted(copiedFrom('outlook-in-a-browser'))).toBe(
        'Before\n\n- one\n- *two*\n\nBetween\n\n1. first\n2. second\n\nNo item',
      );
    });

    it('has lists and tables of LibreOffice', async () => {
      expect(await pasted(copiedFrom('libreoffice'))).toBe(
        [
          '## On panes',
          '3. Cut\n4. Polish\n   - twice',
          '| Pane | Size | Price |\n| --- | :-: | --: |\n| Clear | S | 7 |',
          'After',
        ].join('\n\n'),
      );
    });
  });

  describe('the columns of a pasted table', () => {
    it.each([
      ['of a web page', 'td style="color: red; text-align: right"', '--:'],
      ['of another blog', 'td align="left"', ':--'],
      ['that a browser computed', 'td style="text-align: start"', '---'],
      ['that are justified', 'td style="text-align: justify"', '---'],
    ])('%s', async (_, cell, rule) => {
      const html = `<table><tr><th align=center>a</th><th>b</th></tr><tr><${cell}>1</td><td>2</td></tr></table>`;
      expect(await pasted(html)).toBe(`| a | b |\n| ${rule} | --- |\n| 1 | 2 |`);
    });

    it('are as most cells, over those of several rows and columns', async () => {
      const cell = (side: string, more = ''): string => `<td align=${side} ${more}>x</td>`;
      const html = `<table><tr><th>a</th><th>b</th><th>c</th></tr>
        <tr>${cell('right', 'rowspan=3')}${cell('center', 'colspan=2')}</tr>
        <tr>${cell('left')}${cell('right')}</tr><tr>${cell('left')}${cell('right')}</tr></table>`;
      expect(await pasted(html)).toBe(
        '| a | b | c |\n| --: | :-- | --: |\n| x | x |  |\n|  | x | x |\n|  | x | x |',
      );
    });
  });
}
