import { describe, expect, it } from '@jest/globals';
import {
  attributeOf,
  copyAttributes,
  cutText,
  stringBytes,
  toAttributeMap,
} from '../../../otel/store/attribute-copy.ts';
import { StringInterner } from '../../../otel/store/string-interner.ts';

const LIMITS = { maxAttributes: 64, maxValueChars: 100, maxBytes: 100_000 };

function copy(source: Readonly<Record<string, unknown>>, limits = LIMITS) {
  const copied = copyAttributes(source, limits, new StringInterner());
  return { ...copied, map: toAttributeMap(copied.flat) };
}

describe('copyAttributes', () => {
  it('copies plain values as they are', () => {
    const source = { text: 'a', number: 1.5, yes: true, list: ['a', 'b'], numbers: [1, 2] };
    const { map, cut, dropped } = copy(source);
    expect(map).toEqual(source);
    expect({ cut, dropped }).toEqual({ cut: 0, dropped: 0 });
    expect(map['list']).not.toBe(source.list);
  });

  const cyclic: Record<string, unknown> = { name: 'loop' };
  cyclic['self'] = cyclic;
  it.each<[string, unknown, unknown]>([
    ['a bigint', 10n ** 20n, '100000000000000000000'],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['a function', () => 1, '[function]'],
    ['NaN', NaN, 'NaN'],
    ['Infinity', -Infinity, '-Infinity'],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['a broken date', new Date(NaN), 'Invalid Date'],
    ['bytes', new Uint8Array(5), '[5 bytes]'],
    ['an object', { a: 1, b: { c: 'x' } }, '{a: 1, b: {c: x}}'],
    ['a cycle', cyclic, '{name: loop, self: {name: loop, self: {name: loop, self: {…}}}}'],
    ['an object without prototype', Object.assign(Object.create(null), { a: 1 }), '{a: 1}'],
    ['a list with holes', ['a', null, undefined], ['a', null, null]],
    ['a list of lists', [['a', 'b'], { c: 1 }], ['[a, b]', '{c: 1}']],
    [
      'a throwing toString',
      {
        toString: () => {
          throw new Error('no');
        },
      },
      '{toString: [function]}',
    ],
  ])('makes a short text of %s', (_name, value, expected) => {
    expect(copy({ key: value }).map['key']).toEqual(expected);
  });

  it('leaves out null and undefined', () => {
    expect(copy({ a: null, b: undefined, c: 0 }).map).toEqual({ c: 0 });
  });

  it('treats __proto__ as an ordinary name', () => {
    const { map } = copy(JSON.parse('{"__proto__":"x","a":1}') as Record<string, unknown>);
    expect(Object.keys(map).sort()).toEqual(['__proto__', 'a']);
    expect(Object.getPrototypeOf(map)).toBe(Object.prototype);
  });

  it('shortens long texts and counts them', () => {
    const { map, cut } = copy({ long: 'x'.repeat(1000) });
    expect(map['long']).toBe(`${'x'.repeat(99)}…`);
    expect(cut).toBe(1);
  });

  it('shortens long lists and records how many values are missing', () => {
    const { map, cut } = copy({ list: Array.from({ length: 500 }, (_, i) => i) });
    expect((map['list'] as unknown[]).length).toBeLessThanOrEqual(33);
    expect((map['list'] as unknown[]).at(-1)).toMatch(/^… \d+ more$/);
    expect(cut).toBe(1);
  });

  it('stops at the number of attributes and counts the rest', () => {
    const source = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`key${i}`, i]));
    const { map, dropped, overBytes } = copy(source);
    expect(Object.keys(map)).toHaveLength(64);
    expect(dropped).toBe(36);
    expect(overBytes).toBe(false);
  });

  it('stops at the number of bytes, reports it, and still accepts what is small', () => {
    const { map, dropped, overBytes, bytes } = copy(
      { big: 'x'.repeat(90), small: 1 },
      { ...LIMITS, maxBytes: 100 },
    );
    expect(map).toEqual({ small: 1 });
    expect({ dropped, overBytes }).toEqual({ dropped: 1, overBytes: true });
    expect(bytes).toBeLessThanOrEqual(100);
  });

  it('counts a shared string once', () => {
    const strings = new StringInterner();
    const first = copyAttributes({ method: 'GET' }, LIMITS, strings);
    for (const text of first.unshared) strings.add(text);
    const second = copyAttributes({ method: 'GET' }, LIMITS, strings);
    expect(first.bytes).toBeGreaterThan(second.bytes);
    expect(second.bytes).toBe(48 + 16);
  });
});

describe('cutText', () => {
  it('does not change what fits', () => {
    expect(cutText('abc', 3)).toBe('abc');
  });

  it('does not split a surrogate pair', () => {
    expect(cutText('ab😀cd', 4)).toBe('ab…');
    expect(cutText('ab😀cd', 5)).toBe('ab😀…');
  });
});

describe('stringBytes', () => {
  it('counts one byte a character for ASCII and two for others', () => {
    expect(stringBytes('x'.repeat(100))).toBe(124);
    expect(stringBytes('я'.repeat(100))).toBe(224);
  });
});

describe('attributeOf', () => {
  it('finds a value by key, never a key by a value', () => {
    const { flat } = copy({ a: 'b', b: 'c' });
    expect(attributeOf(flat, 'b')).toBe('c');
    expect(attributeOf(flat, 'c')).toBeUndefined();
  });
});
