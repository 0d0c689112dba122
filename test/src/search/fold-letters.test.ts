import { describe, expect, it } from '@jest/globals';
import { foldedWords, foldLetters } from '../../../src/search/fold-letters.ts';
import { temporaryBlog, draft } from '../temporary-blog.ts';
import { SearchIndex } from '../../../src/search/search-index.ts';

describe('foldLetters', () => {
  it.each([
    ['\u0395\u03bb\u03bb\u03ac\u03b4\u03b1\u03c2', '\u03b5\u03bb\u03bb\u03b1\u03b4\u03b1\u03c3'],
    ['\u0141\u00f3d\u017a', 'lodz'],
    ['K\u00f8benhavn', 'kobenhavn'],
    ['Stra\u00dfe', 'strasse'],
    ['\u0401\u043b\u043a\u0430 \u041c\u0430\u0439', '\u0435\u043b\u043a\u0430 \u043c\u0430\u0438'],
    ['\u05e9\u05b8\u05dc\u05d5\u05b9\u05dd', '\u05e9\u05b8\u05dc\u05d5\u05b9\u05dd'],
    ['plain', 'plain'],
  ])('%s becomes %s', (text, folded) => {
    expect(foldLetters(text)).toBe(folded.normalize('NFC'));
  });

  it('indexes beside a text only what unicode61 does not find', () => {
    expect(foldedWords('Caf\u00e9 cr\u00e8me plain \u0141\u00f3d\u017a \u0141\u00f3d\u017a')).toBe('lodz');
  });
});

describe('search', () => {
  it.each([
    ['\u03b5\u03bb\u03bb\u03b1\u03b4\u03b1', '\u0395\u03bb\u03bb\u03ac\u03b4\u03b1'],
    ['lodz', '\u0141\u00f3d\u017a'],
    ['\u0141\u00f3d\u017a', '\u0141\u00f3d\u017a'],
    ['\u0421\u0402', '\u0421\u0402'],
    ['\u0435\u043b\u043a\u0430', '\u0401\u043b\u043a\u0430'],
    ['strasse', 'Stra\u00dfe'],
    ['stra\u00dfe', 'Strasse'],
    ['kobenh', 'K\u00f8benhavn'],
    ['cafe', 'Caf\u00e9'],
  ])('for %s finds %s', (query, word) => {
    const blog = temporaryBlog();
    blog.posts.create(draft({ title: 'T', markdown: `Before ${word} after.` }));
    expect(new SearchIndex(blog.database).search(query).total).toBe(1);
  });
});
