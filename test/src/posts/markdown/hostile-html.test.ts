import { describe, expect, it } from '@jest/globals';
import { expectLinear } from '../../../fixtures/linear-time.ts';
import { renderMarkdown } from '../../../../src/posts/markdown/markdown.ts';

describe('HTML made to be slow to parse', () => {
  // With patterns that go back, each of these took seconds at a tenth of the length.
  it.each([
    '<a "',
    "<a '",
    '<a ',
    '<!--',
    '<script ',
    '<script>',
    '<p style=',
    '</',
    '&lt',
    '[',
    '![](',
    '<a href="x">',
  ])('is done with 200,000 times %s before the test ends', (piece) => {
    const rendered = renderMarkdown(`<div>\n${piece.repeat(200_000)}`, { path: 'x' });
    expect(rendered.html).toMatch(/^<div>/);
  });

  // The parser searches all open elements at each end tag, and at each form.
  it.each([
    ['end tags of nothing', ['<b>', '</i>']],
    ['ends of paragraphs', ['<b>', '<p>', '</p>']],
    ['list items', ['<b>', '<li>', '</li>']],
    ['forms', ['<form><b>', '<form>']],
    ['ends of drawings', ['<svg><foreignObject><b>', '</clippath>']],
    ['scripts', ['<b>', '<script>x</script>']],
    ['places for readers without scripts', ['<noscript>', '</p>']],
    ['frames', ['<iframe src="https://a.example/">']],
    ['cells', ['<table><tr><td>']],
  ])('takes time in proportion to the text for many %s', async (_, pieces) => {
    const html = (times: number): string => `<div>\n${pieces.map((piece) => piece.repeat(times)).join('')}`;
    await expectLinear((times) => renderMarkdown(html(times), { path: 'x' }), 5000);
  });

  it('keeps the text of elements that are nested too deeply', () => {
    const deep = `${'<div>'.repeat(1000)}deep<b title="x">bold</b><script>gone</script>${'</div>'.repeat(1000)}<p>after</p>`;
    const { html, text } = renderMarkdown(deep, { path: 'x' });
    expect(text.split('\n')).toEqual(['deepbold', 'after']);
    expect(html.match(/<div>/g)?.length).toBe(html.match(/<\/div>/g)?.length);
    expect(html).not.toMatch(/<b|gone/);
  });
});
