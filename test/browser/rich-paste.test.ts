import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { AdminServer } from '../src/accounts/admin-server.ts';
import { chromiumPath } from './chromium.ts';
import { copy as copyTypes, pastedInto } from './clipboard.ts';
import { giveSession } from './owner-session.ts';
import { launchChromium } from './launch-chromium.ts';

const executablePath = chromiumPath();

if (executablePath !== undefined) {
  let server: AdminServer;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];
  const requests: string[] = [];

  beforeAll(async () => {
    server = await new AdminServer().start();
    await server.owner();
    browser = await launchChromium(executablePath);
    const context = await browser.newContext();
    await giveSession(context, server);
    page = await context.newPage();
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('dialog', (dialog) => void dialog.accept());
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => {
      if (/Content Security Policy|Trusted/.test(message.text())) problems.push(message.text());
    });
    await page.goto(`${server.origin}/admin/posts/new`);
  });
  afterAll(() => browser.close());
  beforeEach(() => text().fill(''));

  const text = () => page.locator('textarea[name=markdown]');
  const said = () => page.locator('[data-picture-status]').textContent();
  const select = (start: number, end = start) =>
    text().evaluate(
      (area: HTMLTextAreaElement, [from, to]) => area.setSelectionRange(from!, to!),
      [start, end],
    );

  const copy = (html: string, plain: string, more: Readonly<Record<string, string>> = {}): Promise<void> =>
    copyTypes(text(), { ...more, 'text/html': html, 'text/plain': plain });
  const pasted = (html: string, plain?: string, keys?: string): Promise<string> =>
    pastedInto(text(), html, {
      ...(plain !== undefined && { plain }),
      ...(keys !== undefined && { keys }),
    });

  describe('a paste of what has form', () => {
    it('loads the library with the first one, and undoes each in one step', async () => {
      const isLibrary = (url: string): boolean => /turndown|pasted-markdown/.test(url);
      await copy('<p>Only <span style="color:red">words</span></p>', 'Only words');
      await text().press('Control+v');
      expect(await text().inputValue()).toBe('Only words');
      expect(requests.filter(isLibrary)).toEqual([]);
      await text().fill('Before.  After.');
      await select(8);
      await copy('<a href="https://example.org/a_b">a <b>link</b></a>', 'a link');
      await text().press('Control+v');
      await page.locator('[data-picture-status]', { hasText: 'Pasted as Markdown' }).waitFor();
      const whole = 'Before. [a **link**](https://example.org/a_b) After.';
      expect(await text().inputValue()).toBe(whole);
      expect(requests.filter(isLibrary)).toHaveLength(2);
      await text().press('Control+z');
      expect(await text().inputValue()).toBe('Before.  After.');
      expect(await said()).toBe('');
      await text().press('Control+y');
      expect(await text().inputValue()).toBe(whole);
      await text().fill('');
      expect(await pasted('<b>again</b>')).toBe('**again**');
      expect(requests.filter(isLibrary)).toHaveLength(2);
      const library = await (await fetch(requests.find((url) => url.includes('turndown'))!)).text();
      expect(library).toContain('Copyright (c) 2017 Dom Christie');
    });

    it('writes headings, lists, quotations, code, tables and pictures as an author would', async () => {
      const html = `<meta charset="utf-8"><h2 style="font-weight:700"><b>On glass</b> <a href="https://example.org/#on">#</a></h2>
        <p>It is <em>clear</em>, <strong>hard </strong>and <del>cheap</del>,<br>H<sub>2</sub>O &lt;b&gt; &amp;amp; a*b.</p>
        <ul><li>one<ul><li>deep</li></ul></li><li><p>two</p><p>more</p></li></ul>
        <ol start="3"><li>three</li><li><input type="checkbox" checked> done</li></ol>
        <blockquote><p>said</p></blockquote>
        <div class="highlight-source-js"><pre>let a = 1;<br>let b;</pre></div>
        <p>Call <code><a href="https://example.org/f">f_x()</a></code>, see https://example.org/a_b_c.</p>
        <table><thead><tr><th>a</th><th>b | c</th></tr></thead><tbody><tr><td>1</td><td><i>2</i></td></tr><tr><td colspan="2">3</td></tr></tbody></table>
        <figure><img src="https://example.org/p (1).jpg" alt="A pane [1]"><figcaption>The "pane"</figcaption></figure>
        <a href="https://example.org/card"><h3>Card</h3><p>words</p></a><hr>`;
      expect(await pasted(html)).toBe(
        [
          '## On glass',
          'It is *clear*, **hard** and ~~cheap~~,\\\nH<sub>2</sub>O \\<b> \\&amp; a\\*b.',
          '- one\n  - deep\n- two\n\n  more',
          '3. three\n4. [x] done',
          '> said',
          '```js\nlet a = 1;\nlet b;\n```',
          'Call [`f_x()`](https://example.org/f), see https://example.org/a_b_c.',
          '| a | b \\| c |\n| --- | --- |\n| 1 | *2* |\n| 3 |  |',
          '![A pane \\[1\\]](https://example.org/p%20%281%29.jpg "The \\"pane\\"")',
          '### [Card](https://example.org/card)',
          '[words](https://example.org/card)',
          '---',
        ].join('\n\n'),
      );
    });

    it('reads what Google Docs calls bold, and its nested lists', async () => {
      const html = `<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1"><p><span style="font-weight:400">A </span><span style="font-weight:700;font-style:italic">bold</span><span> word</span></p><ul><li><p>one</p></li><ul><li><p>deep</p></li></ul></ul></b>`;
      expect(await pasted(html)).toBe('A ***bold*** word\n\n- one\n  - deep');
    });

    it('reads lists of Word, which are paragraphs with signs', async () => {
      const item = (level: number, sign: string, words: string): string =>
        `<p class=MsoListParagraph style='text-indent:-18.0pt;mso-list:l0 level${level} lfo1'><![if !supportLists]><span
          style='font-family:Symbol'><span style='mso-list:Ignore'>${sign}<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span><![endif]>${words}<o:p></o:p></p>`;
      const html = `<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p {margin:0}</style></head><body lang=EN>
        <!--StartFragment--><p class=MsoNormal>Before</p>${item(1, '·', 'one')}${item(2, 'o', '<b>deep</b>')}${item(1, '·', 'two')}<p class=MsoNormal>Between</p>${item(1, '1.', 'first')}${item(1, '2.', 'second')}<!--EndFragment--></body></html>`;
      expect(await pasted(html)).toBe(
        'Before\n\n- one\n  - **deep**\n- two\n\nBetween\n\n1. first\n2. second',
      );
    });

    it('writes addresses of the blog as texts have them', async () => {
      const html = `<p><a href="${server.origin}/2026/x#y">own</a> <a href="${server.origin}0/x">other</a> <img src="${server.origin}/media/a.png" alt="a"></p>`;
      expect(await pasted(html)).toBe(`[own](/2026/x#y) [other](${server.origin}0/x) ![a](/media/a.png)`);
    });

    it('takes a formula by its TeX, once', async () => {
      const html =
        '<p>So <span class="katex"><math><semantics><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow><annotation encoding="application/x-tex">x^2_i</annotation></semantics></math><span aria-hidden="true">x2</span></span> <b>is</b>.</p>';
      expect(await pasted(html)).toBe('So `x^2_i` **is**.');
    });

    it('takes a page in a fixed width for a page', async () => {
      const html = `<p style="font-family: 'IBM Plex Mono', monospace">See <a href="https://example.org/">this</a></p>`;
      expect(await pasted(html)).toBe('See [this](https://example.org/)');
    });

    it('keeps paragraphs apart from the text around', async () => {
      await text().fill('Before.\nAfter.');
      await select(7);
      await copy('<ul><li>a</li><li>b</li></ul>', 'a b');
      await text().press('Control+v');
      await page.waitForFunction(() => document.querySelector('textarea')?.value.includes('- b'));
      expect(await text().inputValue()).toBe('Before.\n\n- a\n- b\n\nAfter.');
    });

    it('takes what a page of the browser copies', async () => {
      const other = await page.context().newPage();
      await other.setContent(
        '<style>h2{color:red} p{font:16px Arial}</style><h2>On glass</h2><p>See <a href="https://example.org/x">here</a>, <i>please</i>.</p><ol><li>one</li><li>two</li></ol>',
      );
      await other.keyboard.press('Control+a');
      await other.keyboard.press('Control+c');
      await other.close();
      await text().focus();
      await text().press('Control+v');
      await page.waitForFunction(() => document.querySelector('textarea')?.value !== '');
      expect(await text().inputValue()).toBe(
        '## On glass\n\nSee [here](https://example.org/x), *please*.\n\n1. one\n2. two',
      );
    });
  });

  describe('a paste stays plain', () => {
    const CODE = 'const a = 1;\n  b();';
    const VSCODE = `<meta charset='utf-8'><div style="color: #cccccc;background-color: #1f1f1f;font-family: 'Droid Sans Mono', monospace;white-space: pre;"><div><span style="color: #569cd6;">const</span> a = <span style="font-weight: bold;">1</span>;</div><div>  b();</div></div>`;
    it.each([
      ['of VS Code', VSCODE, CODE],
      [
        'of JetBrains',
        `<html><body><pre style="font-family:'JetBrains Mono',monospace"><i>const</i> <b>a</b> = 1;<br>  b();</pre></body></html>`,
        CODE,
      ],
      [
        'of a terminal',
        `<DIV STYLE="font-family:Cascadia Mono,monospace"><SPAN><B>$</B> ls</SPAN><BR><A HREF="https://example.org">x</A></DIV>`,
        '$ ls\nx',
      ],
      [
        'of a code view in a table',
        `<table><tr><td style="font-family: ui-monospace, Menlo">1</td><td><code>let a</code></td></tr></table>`,
        'let a',
      ],
      ['without structure', '<div><p style="color:red">One</p><p>Two</p></div>', 'One\n\nTwo'],
    ])('%s', async (_, html, plain) => {
      expect(await pasted(html, plain)).toBe(plain);
    });

    it('of an editor that says so, with Ctrl-Shift-V, and in a block of code', async () => {
      await copy('<b>x</b>', 'x', { 'vscode-editor-data': '{}' });
      await text().press('Control+v');
      expect(await text().inputValue()).toBe('x');
      await text().fill('');
      expect(await pasted('<b>bold</b>', 'bold')).toBe('**bold**');
      await page.locator('[data-picture-status]', { hasText: 'Pasted as Markdown' }).waitFor();
      await text().fill('');
      expect(await pasted('<b>bold</b>', 'bold', 'Control+Shift+v')).toBe('bold');
      expect(await said()).toBe('');
      await text().fill('```\n');
      await copy('<b>bold</b>', 'bold');
      await text().press('Control+v');
      expect(await text().inputValue()).toBe('```\nbold');
    });

    it('beyond a size, in characters, elements and depth, and says so', async () => {
      const parts = {
        long: `<b>x</b>${'y'.repeat(5_000_000)}`,
        many: '<b>x</b><i>y</i>'.repeat(8000),
        deep: `${'<div>'.repeat(400)}<b>x</b>`,
      };
      for (const [name, html] of Object.entries(parts)) {
        await text().fill('');
        expect(await pasted(html, name)).toBe(name);
        expect(await said()).toContain('too large to keep its form');
      }
    });
  });

  describe('a hostile paste', () => {
    it('runs, loads and keeps nothing', async () => {
      const before = requests.length;
      const html = `<script>alert(1)</script><style>*{}</style><img src=x onerror=alert(2)><img src="https://evil.example/dot" width=1 alt="">
        <svg onload=alert(3)><a xlink:href="javascript:alert(4)">s</a></svg><iframe src="javascript:alert(5)"></iframe><object data="https://evil.example/o"></object>
        <p onclick=alert(6)>See <a href="javascript:alert(7)">this</a>, <a href=" JaVaScRiPt:alert(8)">that</a>, <a href="data:text/html,x">data</a> and <a href="https://example.org/?a=<b>">a link</a></p>
        <img src="https://example.org/seen.png" alt="x](javascript:alert(9))" title="t"><img src="data:image/png;base64,AA" alt="drawn">
        <p>&lt;script&gt;alert(10)&lt;/script&gt; [x](javascript:alert(11))</p><base href="https://evil.example/">`;
      const written = await pasted(html);
      expect(written).toBe(
        [
          'See this, that, data and [a link](https://example.org/?a=%3Cb%3E)',
          '![x\\](javascript:alert(9))](https://example.org/seen.png)drawn',
          '\\<script>alert(10)\\</script> \\[x\\](javascript:alert(11))',
        ].join('\n\n'),
      );
      expect(requests.slice(before).filter((url) => !url.startsWith(server.origin))).toEqual([]);
      expect(problems).toEqual([]);
    });

    it('and a large one become text that the blog reads the same', async () => {
      const html = `${'<ul><li>a'.repeat(25)}${'<b>*x*</b> <i>[y]</i> '.repeat(1000)}${'</ul>'.repeat(25)}<table>${'<tr><td>1<td colspan=1000>2'.repeat(500)}</table>${'<p>On &lt;i>'.repeat(3000)}`;
      const written = await pasted(html);
      expect(written.match(/\*\*\\\*x\\\*\*\*/g)).toHaveLength(1000);
      expect(written.match(/^\| 1 \| 2 \|/gm)).toHaveLength(500);
      expect(written.match(/^On \\<i>$/gm)).toHaveLength(3000);
      await text().press('Control+z');
      expect(await text().inputValue()).toBe('');
      expect(problems).toEqual([]);
    });
  });
}
