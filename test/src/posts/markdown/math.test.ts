import { describe, expect, it } from '@jest/globals';
import { formulaAt } from '../../../../src/posts/markdown/math.ts';
import { renderMarkdown, type RenderedMarkdown } from '../../../../src/posts/markdown/markdown.ts';

const render = (markdown: string, math = true): RenderedMarkdown =>
  renderMarkdown(markdown, { path: 'post' }, { math });
const html = (markdown: string, math = true): string => render(markdown, math).html.trim();

describe('formulas', () => {
  it('are MathML in a line, with what Markdown would take for its own', () => {
    const shown = html('So $a_1 * b_2 * c$ holds.');
    expect(shown).toMatch(
      /^<p>So <math\b[^>]*>.*<msub><mi>a<\/mi><mn>1<\/mn><\/msub>.*<\/math> holds\.<\/p>$/s,
    );
    expect(shown).not.toContain('<em>');
    expect(shown).not.toMatch(/ style=|<script|<img/);
  });

  it('stand by themselves between two signs, in one line or several', () => {
    for (const typed of ['$$E = mc^2$$', '$$\nE = mc^2\n$$', '$$ E =\n mc^2 $$', '> $$\n> E = mc^2\n> $$'])
      expect([typed, html(typed)]).toEqual([typed, expect.stringMatching(/<math\b[^>]* display="block"/)]);
    expect(html('Text\n$$\n- x\n$$\nmore').match(/<(?:p|ul|math)\b/g)).toEqual(['<p', '<p', '<math', '<p']);
  });

  it.each([
    ['prices', 'It costs $5 and $6, or US$7.'],
    ['prices on both sides of a word', 'From $20,000 to $30,000.'],
    ['a sign with a blank behind it', 'a $ x$'],
    ['a sign with a blank before it', 'a $x $ b'],
    ['variables of a shell', 'Set $HOME and $PATH.'],
    ['a sign behind a letter', 'a$x$'],
    ['one sign', '$'],
    ['only signs', '$$$$ and $$'],
    ['escaped signs', String.raw`\$x\$`],
    ['a formula that never ends', '$$\nx\n\ny'],
    ['code', '`$x$` and `$$y$$`'],
    ['a block of code', '```\n$$\nx\n$$\n```'],
    ['a sign that code ends', 'PATH is $HOME or `x$`'],
  ])('are not %s', (_, typed) => {
    expect(html(typed)).toBe(html(typed, false));
  });

  it('are shown as typed if they are not TeX, or harmful', () => {
    for (const tex of [
      String.raw`\frac{1}`,
      String.raw`\nosuch{x}`,
      String.raw`\href{javascript:alert(1)}{x}`,
      String.raw`\includegraphics{https://example.com/x.png}`,
      String.raw`\def\a{\a\a}\a`,
    ])
      expect(html(`a $${tex}$ b`)).toBe(`<p>a <code>$${tex}$</code> b</p>`);
    expect(html('$$<img src=x onerror=alert(1)>$$')).not.toContain('<img');
  });

  it('are as typed without the setting', () => {
    expect(html('So $a_1$ and\n\n$$\nx\n$$', false)).toBe('<p>So $a_1$ and</p>\n<p>$$\nx\n$$</p>');
  });

  it('are text in summaries and headings, as typed', () => {
    const { firstParagraphText, headings } = render('Why $E=mc^2$ holds\n\n## On $x^2$');
    expect(firstParagraphText).toBe('Why $E=mc^2$ holds');
    expect(headings[0]).toMatchObject({ id: 'on-x-2', text: 'On $x^2$' });
  });

  it('are as typed in the description of a picture', () => {
    expect(html('![Plot of $x^2$](a.png)')).toContain('alt="Plot of $x^2$"');
    expect(html('[![$x$](a.png)](/b) $y$')).toMatch(/alt="\$x\$".*<mi>y<\/mi>/);
  });

  it('are found by what they show', () => {
    expect(render('The $\\alpha$ of it').text).toBe('The α of it');
  });

  it('end where Pandoc ends them', () => {
    expect(formulaAt('$a$', 0)).toEqual({ tex: 'a', sign: '$', end: 3 });
    expect(formulaAt('$a$5', 0)).toBeUndefined();
    expect(formulaAt(String.raw`$a\$b$`, 0)).toMatchObject({ tex: String.raw`a\$b` });
  });

  it('are looked for within a bound, so that signs without an end take no quadratic time', () => {
    const long = 'x'.repeat(5000);
    expect(formulaAt(`$${long.slice(1)}$`, 0)).toBeDefined();
    expect(formulaAt(`$${long}x$`, 0)).toBeUndefined();
    expect(html(`$$\n${long}\nx\n$$`)).not.toContain('<math');
  });

  it('are shown as typed beyond a bound of all formulas of a text', () => {
    const formula = `$${'x'.repeat(4000)}$`;
    const shown = html(Array.from({ length: 26 }, () => formula).join('\n\n'));
    expect([shown.match(/<math>/g)?.length, shown.match(/<code>/g)?.length]).toEqual([25, 1]);
  });

  it('keep what they need of the library, without its styles', () => {
    const shown = html(
      String.raw`$$\begin{aligned}a &= \overline{b} \\ &= \left(\frac12\right)\end{aligned}$$`,
    );
    for (const part of ['tml-right', 'tml-left', 'notation="top"', 'form="prefix"', 'stretchy="true"'])
      expect(shown).toContain(part);
    expect(shown).not.toContain(' style=');
  });
});
