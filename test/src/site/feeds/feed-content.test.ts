import { describe, expect, it } from '@jest/globals';
import { feedContent, newestWithin } from '../../../../src/site/feeds/feed-content.ts';
import { renderMarkdown } from '../../../../src/posts/markdown/markdown.ts';

const URL = 'https://blog.example/post';
const content = (html: string, language = 'en'): string =>
  feedContent({ html, summary: 'A & b', language }, URL, 'https://blog.example');

describe('the text of a post in a feed', () => {
  it('has no links of headings to themselves', () => {
    const { html } = renderMarkdown('## One\n\n[two](#one)', { path: 'post' });
    expect(content(html)).toBe(
      '<h2 id="one">One</h2>\n<p><a href="https://blog.example/post#one">two</a></p>\n',
    );
    expect(content('<h2>Old <a class="heading-anchor" href="#old">#</a></h2>')).toBe('<h2>Old</h2>');
  });

  it('has its direction, which no reader of feeds knows', () => {
    expect(content('<p>نص</p>', 'ar')).toBe('<div dir="rtl" lang="ar"><p>نص</p></div>');
  });

  it('is its summary and a link if it is very long', () => {
    expect(content('x'.repeat(262_145))).toBe(`<p>A &amp; b</p>\n<p><a href="${URL}">${URL}</a></p>`);
    expect(content('x'.repeat(262_144))).toHaveLength(262_144);
  });
});

describe('newestWithin', () => {
  const entries = ['aaa', 'bb', 'c'].map((html) => ({ html }));

  it.each([
    [6, 3],
    [5, 2],
    [4, 1],
    [0, 1],
  ])('of at most %i characters are %i entries', (maxCharacters, count) => {
    expect(newestWithin(entries, maxCharacters)).toEqual(entries.slice(0, count));
  });

  it('is empty of none', () => {
    expect(newestWithin([], 1)).toEqual([]);
  });
});
