import { describe, expect, it } from '@jest/globals';
import { fittedLabel } from '../../../../src/observatory/charts/fitted-label.ts';

describe('fittedLabel', () => {
  it.each([
    [100, 'render search · 26.2 ms'],
    [17, 'render search'],
    [12, 'render se…'],
    [4, ''],
    [0, ''],
  ])('in %d percent of the width says %j', (percent, label) => {
    expect(fittedLabel('render search', '26.2 ms', percent)).toBe(label);
  });

  it('gives letters of one width more room', () => {
    expect(fittedLabel('SELECT posts', '1 ms', 14.5)).toBe('SELECT posts');
    expect(fittedLabel('SELECT posts', '1 ms', 14.5, true)).toBe('SELECT pos…');
  });
});
