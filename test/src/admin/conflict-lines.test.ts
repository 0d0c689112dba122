import { describe, expect, it } from '@jest/globals';
import { differentLines } from '../../../src/admin/conflict-page.ts';

describe('differentLines', () => {
  it('shows what is left of both texts without the lines they share at both ends', () => {
    const both = (middle: string): string => `One\r\nTwo\r\n${middle}\r\nLast\r\n`;
    expect(differentLines(both('Mine\nSame'), both('Theirs\nSame'))).toEqual({
      from: 3,
      mine: 'Mine',
      theirs: 'Theirs',
    });
    expect(differentLines('One\nTwo', 'One')).toEqual({ from: 2, mine: 'Two', theirs: '' });
    expect(differentLines('a\na', 'a\na\na')).toEqual({ from: 3, mine: '', theirs: 'a' });
    expect(differentLines(both('x'), `${both('x')}\n`)).toBeUndefined();
  });

  it('shows no more than a screen of them', () => {
    const long = Array.from({ length: 100 }, (_, line) => `Line ${line}`).join('\n');
    expect(differentLines(long, 'Other')!.mine.split('\n').slice(-2)).toEqual(['Line 29', '… 70 more lines']);
  });
});
