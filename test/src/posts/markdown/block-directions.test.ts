import { describe, expect, it } from '@jest/globals';
import { withBlockDirections } from '../../../../src/posts/markdown/block-directions.ts';
import { renderMarkdown } from '../../../../src/posts/markdown/markdown.ts';
import { expectLinear } from '../../../fixtures/linear-time.ts';

const HEBREW = '<p dir="rtl">שלום.</p>';

describe('a text of both directions', () => {
  it.each([
    ['a paragraph in English', '<p>Yes.</p>', '<p dir="ltr">Yes.</p>'],
    ['one in Arabic', '<p>نعم.</p>', '<p dir="rtl">نعم.</p>'],
    ['one of both, whatever is first', '<p>Node.js זה</p><p>זה Node.js</p>', undefined],
    ['one without letters', '<p>12.</p>', undefined],
    [
      'code, formulas and references have no letters',
      '<p><code>a</code> &amp; <math><mi>x</mi></math>.</p>',
      undefined,
    ],
    ['code after letters', '<p>זה <code>a</code></p>', '<p dir="rtl">זה <code>a</code></p>'],
    [
      'elements of a line',
      '<p><em>Yes</em>, <a href="/">x</a>.</p>',
      '<p dir="ltr"><em>Yes</em>, <a href="/">x</a>.</p>',
    ],
    ['a line break', '<p>Yes<br>and no</p>', '<p dir="ltr">Yes<br>and no</p>'],
    [
      'the outermost block',
      '<blockquote><p>A</p><p>B</p></blockquote>',
      '<blockquote dir="ltr"><p>A</p><p>B</p></blockquote>',
    ],
    [
      'the inner ones of a block of both',
      '<blockquote><p>A</p><p>א</p></blockquote>',
      '<blockquote><p dir="ltr">A</p><p dir="rtl">א</p></blockquote>',
    ],
    ['a list', '<ul><li>A</li><li>B</li></ul>', '<ul dir="ltr"><li>A</li><li>B</li></ul>'],
    [
      'items of a list of both, the text alone',
      '<ol><li>A</li><li class="x">א</li></ol>',
      '<ol><li dir="ltr" data-text-dir>A</li><li class="x" dir="rtl" data-text-dir>א</li></ol>',
    ],
    [
      'what is in such an item',
      '<ul><li><p>A</p></li><li>א</li></ul>',
      '<ul><li dir="ltr" data-text-dir><p dir="ltr">A</p></li><li dir="rtl" data-text-dir>א</li></ul>',
    ],
    [
      'cells, never the table, whose columns would change their order',
      '<table><tr><td>A</td><td>1</td></tr></table>',
      '<table><tr><td dir="ltr" data-text-dir>A</td><td>1</td></tr></table>',
    ],
    ['what the author gave', '<div dir="rtl"><p>A</p></div><p dir="auto">B</p>', undefined],
  ])('%s', (_, html, marked) => {
    expect(withBlockDirections(`<p>שלום.</p>${html}`)).toBe(`${HEBREW}${marked ?? html}`);
  });

  it('comes so from Markdown, with tables that scroll', () => {
    const markdown = 'שלום\n\nYes\n\n| A | 1 |\n|---|---|\n| ב | 2 |';
    expect(renderMarkdown(markdown, { path: '/a', formerPaths: [], media: () => undefined }).html).toBe(
      [
        '<p dir="rtl">שלום</p>',
        '<p dir="ltr">Yes</p>',
        '<div class="table-scroll" tabindex="0"><table>',
        '<thead>',
        '<tr>',
        '<th dir="ltr" data-text-dir>A</th>',
        '<th>1</th>',
        '</tr>',
        '</thead>',
        '<tbody>',
        '<tr>',
        '<td dir="rtl" data-text-dir>ב</td>',
        '<td>2</td>',
        '</tr>',
        '</tbody>',
        '</table></div>',
        '',
      ].join('\n'),
    );
  });

  it('is read in time linear in its length', async () => {
    await expectLinear(
      (size) => withBlockDirections(`<p>א${'<ul><li>a</li>'.repeat(200)}${'<p>b &amp;</p>'.repeat(size)}`),
      20_000,
    );
    await expectLinear((size) => withBlockDirections(`<p>א${'&a'.repeat(size)}</p>`), 20_000);
  });
});

it('a text of one direction stays as it is', () => {
  expect(withBlockDirections('<p>Yes</p><p>Ναι</p>')).toBe('<p>Yes</p><p>Ναι</p>');
});
