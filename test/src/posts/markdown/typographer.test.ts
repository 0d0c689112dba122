import { describe, expect, it } from '@jest/globals';
import { renderMarkdown } from '../../../../src/posts/markdown/markdown.ts';
import { shorten } from '../../../../src/posts/markdown/plain-text.ts';
import { quotesOf } from '../../../../src/posts/markdown/typographer.ts';

const render = (markdown: string, typography?: string): string =>
  renderMarkdown(markdown, { path: 'post' }, { typography }).html.trim();

describe('the typographer', () => {
  it.each([
    ['en', `"It's 'so'" -- he said...`, `“It’s ‘so’” – he said…`],
    ['en-GB', 'pages 3--7, and---well', 'pages 3–7, and—well'],
    ['de', `"Das ist 'gut'"`, '„Das ist ‚gut‘“'],
    ['de-CH', `"Grüezi"`, '«Grüezi»'],
    [
      'fr',
      `"Quoi ?" dit-il : oui ! Et « non ».`,
      '«\u00a0Quoi\u202f?\u00a0» dit-il\u00a0: oui\u202f! Et «\u00a0non\u00a0».',
    ],
    ['sv', `"Hej"`, '”Hej”'],
    ['xx', `"Hm"`, '“Hm”'],
  ])('prints text in %s as it is printed there', (language, typed, printed) => {
    expect(render(typed, language)).toBe(`<p>${printed}</p>`);
  });

  it.each([
    ['code', '`"a" -- b...`', '<code>&quot;a&quot; -- b...</code>'],
    ['a block of code', '    "a" -- b...', '&quot;a&quot; -- b...'],
    ['a fence', '```\n"a"...\n```', '&quot;a&quot;...'],
    [
      'code in HTML',
      '<kbd>--x</kbd> and <code>"a"<b>...</b></code>',
      '<kbd>--x</kbd> and <code>&quot;a&quot;<b>...</b></code>',
    ],
    ['a block of HTML', '<p>"a" -- b</p>', '<p>&quot;a&quot; -- b</p>'],
    ['an address', 'https://example.com/a--b...c', '>https://example.com/a--b...c</a>'],
    ['an option', 'Use --force and (c) of it.', '<p>Use --force and (c) of it.</p>'],
    ['an escaped quote', String.raw`6\" tall`, '<p>6&quot; tall</p>'],
    ['more than an ellipsis', 'so....', '<p>so....</p>'],
  ])('leaves %s as typed', (_, typed, shown) => {
    const plain = (html: string): string => html.replaceAll('"', '&quot;');
    expect(plain(render(typed, 'en'))).toContain(plain(shown));
  });

  it('prints what is said of pictures, in the text or in *Media*, as the text around them', () => {
    const typed = String.raw`It's "a" -- 6\" and ${'`--x`'}...`.replaceAll('\\\\', '\\');
    const alt = `It's "b" -- b...`;
    const markdown = `![${typed}](/media/a.gif 'The "t" -- t')\n\nSo ![](/media/a.gif "t's")`;
    const context = { path: 'post', media: () => ({ width: 1, height: 1, alt }) };
    const shown = (typography?: string): readonly string[] =>
      [
        ...renderMarkdown(markdown, context, { typography }).html.matchAll(
          / (?:alt|title)="([^"]*)"|<figcaption>(.*?)</g,
        ),
      ].map(([, attribute, caption]) => (attribute ?? caption ?? '').replaceAll('&quot;', '"'));
    expect(shown('de')).toEqual(['It’s „a“ – 6" and --x…', 'The „t“ – t', 't’s', 'It’s „b“ – b…']);
    expect(shown()).toEqual([`It's "a" -- 6" and --x...`, 'The "t" -- t', "t's", alt]);
  });

  it('keeps spaces that do not break in summaries', () => {
    const typed = 'Quoi ?  Non : "si" !\nOui.';
    const printed = 'Quoi\u202f? Non\u00a0: «\u00a0si\u00a0»\u202f! Oui.';
    const { firstParagraphText } = renderMarkdown(typed, { path: 'post' }, { typography: 'fr' });
    expect(firstParagraphText).toBe(printed);
    expect(shorten(firstParagraphText, 100)).toBe(printed);
  });

  it('closes a quotation around code and emphasis', () => {
    expect(render('"*so* `"x"`"', 'en')).toMatch(/^<p>“<em>so<\/em> <code>.x.<\/code>”<\/p>$/);
  });

  it('keeps the ids of headings', () => {
    const ids = (html: string): readonly string[] =>
      [...html.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]!);
    const markdown = `## What's "new" -- here...\n\n## Own {#a--b}`;
    expect(ids(render(markdown, 'en'))).toEqual(ids(render(markdown)));
    expect(ids(render(markdown, 'en'))).toEqual(['what-s-new-here', 'a--b']);
  });

  it('is off unless a language is named, also after a text that had one', () => {
    const typed = `"a" 'b' -- c... d--e`;
    const shown = render(typed);
    expect(shown.replaceAll('&quot;', '"')).toBe(`<p>${typed}</p>`);
    render(typed, 'fr');
    expect(render(typed)).toBe(shown);
  });

  it('reaches summaries', () => {
    expect(renderMarkdown('"a"', { path: 'p' }, { typography: 'de' }).firstParagraphText).toBe('„a“');
  });
});

describe('quotesOf', () => {
  it('knows regions before languages, whatever their case', () => {
    expect(quotesOf('DE-ch')[0]).toBe('«');
    expect(quotesOf('de-AT')[0]).toBe('„');
  });
});
