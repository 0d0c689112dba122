import { describe, expect, it } from '@jest/globals';
import { highlighted } from '../../../src/search/highlight.ts';
import { SearchReader } from '../../../src/search/search-reader.ts';
import { matchExpression, searchTerms } from '../../../src/search/search-query.ts';
import { indexedText, partsOf } from '../../../src/search/search-words.ts';
import { draft, temporaryBlog } from '../temporary-blog.ts';

const marked = (text: string, query: string): string =>
  highlighted(text, searchTerms(query))
    .map((piece) => (piece.hit ? `[${piece.text}]` : piece.text))
    .join('');
const isFound = (text: string, query: string): boolean =>
  searchTerms(query).length > 0 && marked(text, query).includes('[');

describe('emoji in texts that are searched', () => {
  it.each(['🎉', '❤️', '👍🏽', '👩🏽‍💻', '🏳️‍🌈', '🇩🇪', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '1️⃣', '#️⃣', '*️⃣', 'ℹ️', '☀️', '™️', '㊗️', '🏽'])(
    'are found as a whole: %s',
    (emoji) => {
      expect(marked(`Before ${emoji} after`, emoji)).toBe(`Before [${emoji}] after`);
      expect(marked(`it${emoji}日本${emoji}`, `it ${emoji}`)).toContain(`[${emoji}]`);
      expect(indexedText(emoji).split(' ')).toHaveLength(1);
    },
  );

  it('are one sign each, for all of one code point', () => {
    const missed: string[] = [];
    for (let code = 0; code <= 0x1ffff; code++) {
      const sign = String.fromCodePoint(code);
      if (!/^\p{RGI_Emoji}$/v.test(sign)) continue;
      const parts = [...partsOf(`a ${sign} b`)];
      if (parts[1]?.kind !== 'letters' || parts.length !== 3) missed.push(sign);
    }
    expect(missed).toEqual([]);
  });

  it('are the same in every skin tone, and with or without a selector', () => {
    expect(marked('So 👍🏽!', '👍')).toBe('So [👍🏽]!');
    expect(marked('So 👍!', '👍🏿')).toBe('So [👍]!');
    expect(marked('I ❤ glass', '❤️')).toBe('I [❤] glass');
    expect(marked('👩🏽‍💻', '👩‍💻')).toBe('[👩🏽‍💻]');
    expect(isFound('🏳️‍🌈', '🏳\u200d🌈')).toBe(true);
  });

  it('are not their parts, and no other ones', () => {
    expect(isFound('👩‍💻', '💻')).toBe(false);
    expect(isFound('🇩🇪🇫🇷', '🇪🇫')).toBe(false);
    expect(isFound('#️⃣', '*️⃣')).toBe(false);
    expect(matchExpression(searchTerms('#️⃣'))).not.toBe(matchExpression(searchTerms('*️⃣')));
    expect(matchExpression(searchTerms('🎉🚀'))).toBe('"🎉" AND "🚀"');
  });

  it('are found in the index', () => {
    const blog = temporaryBlog();
    const search = new SearchReader(blog.database, { now: () => blog.clock.now });
    blog.posts.create(draft({ title: 'Waves 👋🏽 and #️⃣', markdown: 'From 🇩🇪🇫🇷, 👩‍💻.' }));
    blog.posts.create(draft({ title: 'Other', markdown: 'Stars *️⃣ 1 # 🇫🇷' }));
    const found = (query: string): string =>
      search
        .search(query)
        .hits.map(({ title }) => title[0])
        .join('');
    expect(['👋', '#️⃣', '🇩🇪', '👩🏿‍💻', '*️⃣', '🇫🇷 from', '💻', '1️⃣'].map(found)).toEqual([
      'W',
      'W',
      'W',
      'W',
      'O',
      'W',
      '',
      '',
    ]);
    expect(search.search('👩‍💻').hits[0]!.snippet.filter(({ hit }) => hit)).toEqual([
      { text: '👩‍💻', hit: true },
    ]);
  });

  it('leave digits, # and * as they are', () => {
    expect(indexedText('1 # * 2# 3*')).toBe('1 2 3');
    expect(searchTerms('# *')).toEqual([]);
    expect(isFound('1️⃣', '1')).toBe(false);
  });
});
