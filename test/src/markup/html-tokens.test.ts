import { describe, expect, it } from '@jest/globals';
import { elementsOf, RAW_TEXT_ELEMENTS, textOf } from '../../fixtures/elements.ts';
import { expectLinear } from '../../fixtures/linear-time.ts';
import { anyText, fc } from '../../fixtures/properties.ts';
import { mapAttributes, readHtml } from '../../../src/markup/html-tokens.ts';

const PIECES = ['<', '>', '"', "'", '/', 'a', ' ', '=', '&amp', ';', '<!--', '-->', '<![CDATA[', '\n'].concat(
  ['<script', '</script', '<title>', '</title>', '<svg>', '</svg>', '<svg/>', '<desc>', '<p>', '<a x="1">'],
);
const anyHtml = fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((pieces) => pieces.join(''));

/** What is read, in one line: `<p`, `x=1`, `</p`, and text as it is. */
function told(html: string): readonly string[] {
  const events: string[] = [];
  readHtml(html, {
    attribute: (name, start, end) => events.push(`${name}=${html.slice(start, end)}`),
    tag: (name, isClosing) => events.push(`<${isClosing ? '/' : ''}${name}`),
    text: (text) => events.push(text),
  });
  return events;
}

describe('readHtml', () => {
  it.each([
    ['<p class="a>b">x</p>', ['class=a>b', '<p', 'x', '</p']],
    ["<IMG Alt='>' src=x/>", ['alt=>', 'src=x/', '<img']],
    ['<input disabled value="">', ['value=', '<input']],
    ['1 < 2 <b>3</b> <', ['1 ', '< 2 ', '<b', '3', '</b', ' ', '<']],
    ['<!-- <b> --><i>', ['<i']],
    ['<!-- open <b>', []],
    ['<script>if (a < b) "</p>"</script ><p>', ['<script', 'if (a < b) "</p>"', '</script', '<p']],
    ['<script>open', ['<script', 'open']],
    ['<a title="open <b>', []],
    ['<p>&lt;b&gt;', ['<p', '&lt;b&gt;']],
  ])('reads %s', (html, events) => {
    expect(told(html)).toEqual(events);
  });

  it.each(RAW_TEXT_ELEMENTS)('finds no tag in <%s>', (name) => {
    const content = '<a href="/x">&amp;<!-- x -->';
    const after = name === 'plaintext' ? [content + '</plaintext><b>'] : [content, `</${name}`, '<b'];
    expect(told(`<${name}>${content}</${name}><b>`)).toEqual([`<${name}`, ...after]);
  });

  it.each([
    [
      '<svg><style><a></style></svg><style><a></style>',
      ['<svg', '<style', '<a', '</style', '</svg', '<style', '<a>', '</style'],
    ],
    ['<svg><title><b></title></svg>', ['<svg', '<title', '<b', '</title', '</svg']],
    [
      '<svg><foreignObject><style><a></style></foreignObject></svg>',
      ['<svg', '<foreignobject', '<style', '<a>', '</style', '</foreignobject', '</svg'],
    ],
    ['<svg/><style><a></style>', ['<svg', '<style', '<a>', '</style']],
    ['<svg><script/><a></svg>', ['<svg', '<script', '<a', '</svg']],
  ])('knows where <title>, <style> and <script> hold markup: %s', (html, events) => {
    expect(told(html)).toEqual(events);
  });

  it('reads the start tags that the library’s parser reads, whatever the text', () => {
    fc.assert(
      fc.property(anyHtml, (html) => {
        const tags: string[] = [];
        readHtml(html, { tag: (name, isClosing) => void (isClosing || tags.push(name)) });
        const parsed = elementsOf(html).map(({ name }) => name.toLowerCase());
        // The parser makes a `<p>` of a `</p>` without one.
        return tags.filter((name) => name !== 'p').join() === parsed.filter((name) => name !== 'p').join();
      }),
      { numRuns: 1000 },
    );
  });
});

describe('mapAttributes', () => {
  it('copies everything when nothing changes, whatever the text', () => {
    fc.assert(
      fc.property(
        anyHtml,
        (html) =>
          mapAttributes(
            html,
            () => true,
            (value) => value,
          ) === html,
      ),
      { numRuns: 1000 },
    );
  });

  it('writes values that are read as they were meant, in any quotes', () => {
    fc.assert(
      fc.property(anyText(), fc.constantFrom('"', "'", ''), (value, quote) => {
        const html = mapAttributes(
          `<p x=${quote}1${quote} y=2>t</p>`,
          (name) => name === 'x',
          () => value,
        );
        const [p] = elementsOf(html);
        return p!.attribs['x'] === value && p!.attribs['y'] === '2' && textOf(html) === 't';
      }),
    );
  });

  it.each([
    '<a "',
    "<a '",
    '<a ',
    '<!--',
    '<script>',
    '<title>',
    '<svg>',
    '</b>',
    '<p x=',
    '&am',
    '<a href="/x">',
    '<x y="&am',
  ])('takes time in proportion to the text for many %s', async (piece) => {
    await expectLinear(
      (times) =>
        mapAttributes(
          piece.repeat(times),
          () => true,
          (value) => `${value}1`,
        ),
      20_000,
    );
  });
});
