import { describe, expect, it } from '@jest/globals';
import { nextItem } from '../../../src/admin/browser/markdown-keys.ts';

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
