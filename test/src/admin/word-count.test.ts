import { describe, expect, it } from '@jest/globals';
import { wordCount, wordCountText } from '../../../src/admin/browser/word-count.ts';

describe('wordCount', () => {
  it('leaves out the addresses of links and pictures, not their words and captions', () => {
    expect(
      wordCount('A [link](https://example.com/of-many/words) and ![a pot](/media/a-b-c.jpg "New soil")'),
    ).toBe(7);
    expect(wordCount('Brackets [in] (a sentence) count')).toBe(5);
    expect(wordCountText('word')).toBe('1 word');
  });

  it('reads a text of half-written links once', () => {
    expect(wordCount('](a'.repeat(100_000))).toBe(0);
  });
});
