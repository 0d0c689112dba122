import { describe, expect, it } from '@jest/globals';
import { doubleMarker, nextItem, pastedLink } from '../../../src/admin/browser/markdown-keys.ts';

describe('nextItem', () => {
  it.each([
    ['- milk', '- '],
    ['  * milk', '  * '],
    ['9. nine', '10. '],
    ['2) two', '3) '],
    ['- [x] done', '- [ ] '],
    ['> - quoted', '> - '],
  ])('continues %j with %j', (line, text) => {
    expect(nextItem(line)).toEqual({ text, isEmpty: false });
  });

  it.each(['- ', '3. ', '  - [ ] '])('ends the list after %j', (line) => {
    expect(nextItem(line)?.isEmpty).toBe(true);
  });

  it.each(['', 'text', '-5 degrees', '**bold**', '---', '2026.', '> quoted'])('leaves %j', (line) => {
    expect(nextItem(line)).toBeUndefined();
  });
});

describe('doubleMarker', () => {
  it('finds the marker that was written before one that is typed by habit', () => {
    expect(doubleMarker('- milk', '- - ')).toBe(2);
    expect(doubleMarker('1. one', '2. 2. ')).toBe(3);
    expect(doubleMarker('- [ ] one', '- [ ] - ')).toBe(6);
    expect(doubleMarker('- milk', '-   - ')).toBe(2);
    for (const line of ['- eggs ', '- - eggs ', '- ', 'x - ']) expect(doubleMarker('- milk', line)).toBe(0);
    expect(doubleMarker('text', '- - ')).toBe(0);
  });
});

describe('pastedLink', () => {
  it('links what is selected to an address', () => {
    expect(pastedLink('the archive', 'https://example.org/a?b=c#d\n')).toBe(
      '[the archive](https://example.org/a?b=c#d)',
    );
    expect(pastedLink('leek', 'https://example.org/Leek_(plant)')).toBe(
      '[leek](<https://example.org/Leek_(plant)>)',
    );
    expect(pastedLink('me', 'mailto:me@example.org')).toBe('[me](mailto:me@example.org)');
  });

  it.each([
    ['nothing', '', 'https://example.org'],
    ['blanks', '  ', 'https://example.org'],
    ['an address, which is replaced', 'https://example.com', 'https://example.org'],
    ['several lines', 'a\nb', 'https://example.org'],
    ['a link', '[a](/b)', 'https://example.org'],
    ['words, by words', 'old', 'new words'],
    ['words, by a text with an address', 'old', 'see https://example.org now'],
  ])('leaves %s', (_, selected, pasted) => {
    expect(pastedLink(selected, pasted)).toBeUndefined();
  });
});
