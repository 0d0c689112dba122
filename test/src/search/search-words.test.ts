import { describe, expect, it } from '@jest/globals';
import { anyText, fc } from '../../fixtures/properties.ts';
import { indexedText, partsOf } from '../../../src/search/search-words.ts';

describe('indexedText', () => {
  it.each([
    ['Agentic-OS, v2.04!', 'agentic os v2 04'],
    ['東京', '東京 東 京'],
    ['東京都庁の', '東京 京都 都庁 庁の 東 京 都 庁 の'],
    ['字', '字'],
    ['㈀', 'ᄀ'],
    ['々々々', '々々 々々 々'],
    ['Node入門とRust', 'node 入門 門と 入 門 と rust'],
    ['한국어를', '한국 국어 어를 한 국 어 를'],
    ['ｶﾞﾗｽ', 'ガラ ラス ガ ラ ス'],
    ['ﬁn ½ ﷺ', 'fin 1 2 صلي الله عليه وسلم'],
    ['😀 — \u0301', '😀'],
    [`${'x'.repeat(70)} y`, `${'x'.repeat(64)} y`],
  ])('of %s is %s', (text, tokens) => expect(indexedText(text)).toBe(tokens));

  it('is words and spaces, whatever the text', () => {
    fc.assert(
      fc.property(anyText({ maxLength: 60 }), (text) =>
        /^(?:[\p{L}\p{N}\p{M}\p{S}\u200d＃＊\u{e0020}-\u{e007f}]+(?: |$))*$/u.test(indexedText(text)),
      ),
      { numRuns: 300 },
    );
  });
});

describe('partsOf', () => {
  it('says where each word and letter stands', () => {
    const text = 'Über 東京!';
    const places = [...partsOf(text)].flatMap((part) => (part.kind === 'word' ? part.words : part.letters));
    expect(places.map(({ folded, start, end }) => [folded, text.slice(start, end)])).toEqual([
      ['uber', 'Über'],
      ['東', '東'],
      ['京', '京'],
    ]);
  });
});
