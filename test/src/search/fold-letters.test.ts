import { describe, expect, it } from '@jest/globals';
import { foldLetters } from '../../../src/search/fold-letters.ts';

describe('foldLetters', () => {
  it.each([
    ['plain', 'plain'],
    ['\u0395\u03bb\u03bb\u03ac\u03b4\u03b1\u03c2', '\u03b5\u03bb\u03bb\u03b1\u03b4\u03b1\u03c3'],
    ['\u0141\u00f3d\u017a', 'lodz'],
    ['K\u00f8benhavn', 'kobenhavn'],
    ['Stra\u00dfe', 'strasse'],
    ['STRA\u1e9eE', 'strasse'],
    ['\u0401\u043b\u043a\u0430 \u041c\u0430\u0439', '\u0435\u043b\u043a\u0430 \u043c\u0430\u0438'],
    ['\u0130stanbul D\u0131yarbak\u0131r', 'istanbul diyarbakir'],
    // Arabic: vowel marks, forms of alef, tatweel, yeh and kaf as in Farsi, digits.
    ['\u0645\u064f\u062d\u064e\u0645\u0651\u064e\u062f', '\u0645\u062d\u0645\u062f'],
    ['\u0623\u062d\u0645\u062f \u0625\u0644\u0649', '\u0627\u062d\u0645\u062f \u0627\u0644\u064a'],
    [
      '\u0643\u062a\u0640\u0640\u0627\u0628 \u06a9\u062a\u0627\u0628\u06cc',
      '\u0643\u062a\u0627\u0628 \u0643\u062a\u0627\u0628\u064a',
    ],
    ['\u0661\u0662\u0663 \u06f4\u06f5 \u0967', '123 45 1'],
    ['\u05e9\u05b8\u05dc\u05d5\u05b9\u05dd', '\u05e9\u05dc\u05d5\u05dd'],
    ['\uff27\uff4c\uff41\uff53\uff53 \uff11\uff12 \ufb01n', 'glass 12 fin'],
    ['in\u00advisible\u200d', 'invisible'],
    // Marks that make the letter: Devanagari, Thai, voiced kana.
    ['\u0928\u092e\u0938\u094d\u0924\u0947', '\u0928\u092e\u0938\u094d\u0924\u0947'],
    ['\u0e40\u0e1b\u0e34\u0e14', '\u0e40\u0e1b\u0e34\u0e14'],
    ['\u304b\u3099 \uff76\uff9e', '\u304c \u30ac'],
  ])('%s becomes %s', (text, folded) => {
    expect(foldLetters(text)).toBe(folded.normalize('NFC'));
    expect(foldLetters(foldLetters(text))).toBe(foldLetters(text));
  });
});
