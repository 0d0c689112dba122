import { describe, expect, it } from '@jest/globals';
import { htmlToMarkdown } from '../../../../src/posts/import/html-to-markdown.ts';
import { renderMarkdown } from '../../../../src/posts/markdown/markdown.ts';
import { anyText, fc } from '../../../fixtures/properties.ts';

const shown = (html: string): string => renderMarkdown(htmlToMarkdown(html), { path: 'a' }).text;

describe('HTML as Markdown', () => {
  it.each([
    [
      '<p>Two *stars* and_under_score, [a](b) `c` 1 < 2 &amp; more</p>',
      'Two \\*stars\\* and\\_under\\_score, \\[a](b) \\`c\\` 1 < 2 &amp; more',
    ],
    [
      '<p>1. no list</p><p># no heading</p><p>- no\n  item</p>',
      '1\\. no list\n\n\\# no heading\n\n\\- no item',
    ],
    [
      '<p>A <strong>b</strong> <a href="/x_y">c</a><br>d</p>',
      'A <strong>b</strong> <a href="/x_y">c</a><br>d',
    ],
    ['<pre><code class="language-js">a &lt; b;\n\n```\n</code></pre>', '````js\na < b;\n\n```\n````'],
    ['<pre>plain\n\n  text</pre>', '```\nplain\n\n  text\n```'],
    [
      '<ul>\n\n<li>a</li>\n\n\n<li>b<pre>x\n\n\ny</pre></li></ul>',
      '<ul>\n<li>a</li>\n<li>b<pre>x&#10;&#10;\ny</pre></li></ul>',
    ],
    ['<p class="lead">Kept</p>', '<p class="lead">Kept</p>'],
    ['<video src="a.mp4"></video>', '<div>\n<video src="a.mp4"></video>\n</div>'],
    ['loose <em>text</em>\n<h2 id="x">Head</h2><!-- gone -->', 'loose <em>text</em>\n\n<h2 id="x">Head</h2>'],
    ['<p>one<p>two', 'one\n\ntwo'],
    ['<p>a <img src="x.png"> b</p><hr>', 'a <img src="x.png"> b\n\n<hr>'],
    [
      '<ul><li>\uE0020\uE003 \uE004<pre>x\n\ny</pre>\uFDD00\uFDD1</li></ul>',
      '<ul><li>\uE0020\uE003 \uE004<pre>x&#10;\ny</pre>0</li></ul>',
    ],
    ['<p>a_b https://x.example/~a_b_c?d_e *</p>', 'a\\_b https://x.example/~a_b_c?d_e \\*'],
    ['', ''],
  ])('%s', (html, markdown) => {
    expect(htmlToMarkdown(html)).toBe(markdown);
  });

  it.each(['a_b', '~a/_b_/', '_a_', 'a_b?c_d=_e', 'a~~b~~', 'a__b__c'])(
    'links a bare address as it is: %s',
    (end) => {
      const address = `https://x.example/${end}`;
      expect(renderMarkdown(htmlToMarkdown(`<p>See ${address} here</p>`), { path: 'a' }).html).toContain(
        `href="${address}">${address}</a>`,
      );
    },
  );

  it('keeps the text of any paragraph', () => {
    const escaped = (text: string): string =>
      text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    const plain = anyText({ minLength: 1, maxLength: 30 }).map((text) =>
      text.replaceAll(/[\p{Cc}\p{Cf}\p{Zs}\p{Zl}\p{Zp}\uFEFF]+/gu, ' ').trim(),
    );
    const given = fc.property(
      plain,
      fc.array(fc.constantFrom(...'*_`~[]()!#-+>|\\:.1= '), { maxLength: 12 }),
      (text, signs) => {
        const all = `${signs.join('')}x${text}${signs.toReversed().join('')}y`.replaceAll(/\s+/g, ' ').trim();
        expect(shown(`<p>${escaped(all)}</p>`).replaceAll(/\s+/g, ' ')).toBe(all);
      },
    );
    fc.assert(given, { numRuns: 200 });
  });
});
