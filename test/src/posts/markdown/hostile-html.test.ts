import { describe, expect, it } from '@jest/globals';
import { renderMarkdown } from '../../../../src/posts/markdown/markdown.ts';

describe('HTML that is made to take long', () => {
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
});
