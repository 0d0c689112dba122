import { describe, expect, it } from '@jest/globals';
import { titleClasses, titleHtml, titleText } from '../../../src/markup/title.ts';

describe('a title', () => {
  it.each([
    ['Plain & simple', 'Plain &amp; simple', 'Plain & simple'],
    ['The `nvptx64` target', 'The <code>nvptx64</code> target', 'The nvptx64 target'],
    ['`a<b>` and `c`', '<code>a&lt;b&gt;</code> and <code>c</code>', 'a<b> and c'],
    ['One ` alone', 'One ` alone', 'One ` alone'],
    ['`a` and ` alone', '<code>a</code> and ` alone', 'a and ` alone'],
    ['``', '``', '``'],
  ])('%j: what stands between two backticks is code', (title, shown, text) => {
    expect(String(titleHtml(title))).toBe(`<bdi>${shown}</bdi>`);
    expect(titleText(title)).toBe(text);
  });

  it.each([
    ['short', []],
    ['x'.repeat(61), ['long-title']],
    ['漢'.repeat(31), ['long-title']],
    ['x'.repeat(121), ['longest-title']],
  ])('%s steps down in size by its length', (title, classes) => {
    expect(titleClasses(title)).toEqual(classes);
  });

  it('marks what was found inside and across code', () => {
    const pieces = [
      { text: 'for `nvptx64-', hit: false },
      { text: 'nvidia', hit: true },
      { text: '-cuda', hit: false },
      { text: '` and', hit: true },
      { text: ' `', hit: false },
    ];
    expect(String(titleHtml(pieces))).toBe(
      '<bdi>for <code>nvptx64-<mark>nvidia</mark>-cuda</code><mark> and</mark> `</bdi>',
    );
  });
});
