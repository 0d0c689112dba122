import { describe, expect, it } from '@jest/globals';
import { decodeHTML } from 'entities';
import { elementsOf, textOf } from '../../../fixtures/elements.ts';
import { namedReferences } from '../../../fixtures/named-references.ts';
import { withBasePath } from '../../../../src/http/base-path.ts';
import { mediaNamesIn } from '../../../../src/media/media-names.ts';
import { renderMarkdown } from '../../../../src/posts/markdown/markdown.ts';
import { withAbsoluteLinks } from '../../../../src/site/feeds/absolute-links.ts';

const ORIGIN = 'https://blog.example';
const NAMES = namedReferences();
const NUMBERS = '#233 #xE9 #X00e9 #8211 #x1F600 #38 #60 #34 #39'.split(' ');
/** Not in Markdown, which has rules of its own for them. */
const ODD_NUMBERS = '#128 #0 #xD800 #x110000 #99999999999'.split(' ');
// Between letters, so that white space is not lost at an edge.
const references = (names: readonly string[]): readonly string[] => names.map((name) => `x&${name};y`);
const IN_MARKDOWN = references([...NAMES, ...NUMBERS]);
const IN_HTML = references([...NAMES, ...NUMBERS, ...ODD_NUMBERS]);

function meantBy(written: string): string {
  return oneLine(decodeHTML(written));
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

/** A rendered text as pages, feeds and a blog below a path send it. */
function everyForm(html: string): readonly string[] {
  return [html, withAbsoluteLinks(html, `${ORIGIN}/post`, ORIGIN), withBasePath(html, '/below')];
}

function valuesOf(html: string, attribute: string): readonly string[] {
  return elementsOf(html).flatMap(({ attribs }) =>
    attribs[attribute] === undefined ? [] : [oneLine(attribs[attribute])],
  );
}

describe('a character reference', () => {
  it('has one of the 2,125 names of the HTML standard', () => {
    expect(NAMES).toHaveLength(2125);
  });

  it.each([
    ['raw HTML', IN_HTML, (text: string) => `<p>${text}</p>\n`],
    ['Markdown', IN_MARKDOWN, (text: string) => `${text}\n\n`],
  ])('is read in the text of %s, for pages, feeds and the search index', (_, written, write) => {
    const { html, text } = renderMarkdown(written.map(write).join(''), { path: 'post' });
    for (const form of everyForm(html)) {
      const paragraphs = elementsOf(form).filter(({ name }) => name === 'p');
      expect(paragraphs.map((p) => oneLine(textOf(p)))).toEqual(written.map(meantBy));
    }
    expect(text.split(/y\sx/)).toEqual(written.map(meantBy).join(' ').split('y x'));
  });

  it('is read in summaries and headings', () => {
    const { firstParagraphText } = renderMarkdown(IN_MARKDOWN.join(' '), { path: 'post' });
    expect(firstParagraphText.replace(/\s+/g, ' ').split('y x')).toEqual(
      IN_MARKDOWN.map(meantBy).join(' ').split('y x'),
    );
    const { headings } = renderMarkdown(IN_MARKDOWN.map((text) => `# ${text}\n`).join(''), { path: 'post' });
    expect(headings.map(({ text }) => oneLine(text))).toEqual(IN_MARKDOWN.map(meantBy));
  });

  it.each([
    ['alt', 'raw HTML', IN_HTML, (text: string) => `<img src="a.png" alt="${text}">`],
    ['alt', 'Markdown', IN_MARKDOWN, (text: string) => `![${text}](a.png)`],
    ['title', 'raw HTML', IN_HTML, (text: string) => `<i title="${text}">t</i>`],
    ['title', 'Markdown', IN_MARKDOWN, (text: string) => `[t](/a "${text}")`],
  ])('is read in the %s of %s', (attribute, _, written, write) => {
    const { html } = renderMarkdown(written.map(write).join('\n'), { path: 'post' });
    for (const form of everyForm(html)) expect(valuesOf(form, attribute)).toEqual(written.map(meantBy));
  });

  it.each([
    ['raw HTML', IN_HTML, (text: string) => `<a href="/q?a=${text}">t</a>`],
    // Of ASCII, it encodes more than addresses need.
    [
      'Markdown',
      IN_MARKDOWN.filter((text) => /^x\P{ASCII}+y$/u.test(decodeHTML(text))),
      (text: string) => `[t](/q?a=${text})`,
    ],
  ])('is read in the href of %s', (_, written, write) => {
    const { html, links } = renderMarkdown(written.map(write).join('\n'), { path: 'post' });
    const meant = written.map((text) => new URL(`/q?a=${decodeHTML(text)}`, ORIGIN));
    expect(links).toEqual([...new Set(meant.map(({ pathname, search, hash }) => pathname + search + hash))]);
    const [page, feed, below] = everyForm(html).map((form) => valuesOf(form, 'href'));
    const addresses = meant.map(({ href }) => href);
    expect(page!.map((href) => new URL(href, ORIGIN).href)).toEqual(addresses);
    expect(feed).toEqual(addresses);
    expect(below!.map((href) => ORIGIN + href.replace(/^\/below/, ''))).toEqual(addresses);
  });

  it('is read in the names of media', () => {
    for (const written of ['a&amp;b.png', 'a&#38;b.png', 'a&#x26;b.png', 'a&b.png'])
      expect([...mediaNamesIn(`<img src="/media/${written}">`)]).toEqual(['a&b.png']);
  });

  it.each([
    ['&eacute;', '\u00e9'],
    ['&hellip;', '\u2026'],
    ['&NotEqualTilde;', '\u2242\u0338'],
    ['&CounterClockwiseContourIntegral;', '\u2233'],
    ['&#128;', '\u20ac'],
    ['&#0;', '\ufffd'],
    ['&#xD800;', '\ufffd'],
    ['&#x110000;', '\ufffd'],
    ['&copy 2026', '\u00a9 2026'],
    ['&notit;', '\u00acit;'],
    ['&bogus; &; &#; &#x; &', '&bogus; &; &#; &#x; &'],
  ])('is what the standard says: %s in raw HTML', (written, meant) => {
    const { html, text } = renderMarkdown(`<p>${written}</p>`, { path: 'post' });
    for (const form of everyForm(html)) expect(textOf(form)).toBe(meant);
    expect(text).toBe(meant);
  });

  it.each([
    ['?a=1&copy=2', '?a=1&copy=2'],
    ['?a=1&copy2=2', '?a=1&copy2=2'],
    ['?a=1&copy;=2', '?a=1\u00a9=2'],
    ['?a=1&b=2&bogus;', '?a=1&b=2&bogus;'],
    ['?a=1&amp;b=2', '?a=1&b=2'],
    ['?a=1&#38;b=2', '?a=1&b=2'],
    ['?a=1&amp;amp;b=2', '?a=1&amp;b=2'],
    ['?q=&quot;a&apos;', '?q="a\''],
    ['#a&gt;b', '#a>b'],
  ])('in an address needs its semicolon: %s', (written, meant) => {
    const { html } = renderMarkdown(`<a href="${written}">t</a>`, { path: 'post' });
    for (const form of everyForm(html))
      expect(
        valuesOf(form, 'href').map((href) => new URL(href.replace('/below', ''), `${ORIGIN}/post`).href),
      ).toEqual([new URL(meant, `${ORIGIN}/post`).href]);
  });
});
