import { describe, expect, it } from '@jest/globals';
import { StringInterner } from '../../../otel/store/string-interner.ts';

describe('StringInterner', () => {
  it('finds what was added and nothing else', () => {
    const strings = new StringInterner();
    strings.add('GET');
    expect(strings.find('GET')).toBe('GET');
    expect(strings.find('POST')).toBeUndefined();
  });

  it('never holds more than two generations, however many different strings are added', () => {
    const strings = new StringInterner(10);
    for (let i = 0; i < 1000; i++) strings.add(`/random/${i}`);
    expect(strings.size).toBeLessThanOrEqual(20);
    expect(strings.find('/random/999')).toBe('/random/999');
    expect(strings.find('/random/0')).toBeUndefined();
  });

  it('keeps a string that stays in use through a flood', () => {
    const strings = new StringInterner(10);
    strings.add('GET /:slug');
    for (let i = 0; i < 1000; i++) {
      strings.add(`/random/${i}`);
      expect(strings.find('GET /:slug')).toBe('GET /:slug');
    }
  });

  it('does not share long texts', () => {
    const strings = new StringInterner();
    const long = 'x'.repeat(257);
    strings.add(long);
    expect(strings.find(long)).toBeUndefined();
    expect(strings.size).toBe(0);
  });
});
