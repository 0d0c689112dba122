import { describe, expect, it } from '@jest/globals';
import { fc } from '../../../fixtures/properties.ts';
import { deltaOf, partsOf, patched } from '../../../../src/observatory/browser/delta.ts';

const delta = (before: string, after: string) => deltaOf(partsOf(before), partsOf(after));

describe('deltaOf', () => {
  it('turns any text into any other', () => {
    const markup = fc
      .array(fc.constantFrom('<p>', '</p>', '<li class="a">', 'text', '<', '\n', '"', '\u2028', 'é'), {
        maxLength: 60,
      })
      .map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(markup, markup, (before, after) => {
        const sent = JSON.parse(JSON.stringify(delta(before, after))) as ReturnType<typeof delta>;
        expect(patched(partsOf(before), sent)).toBe(after);
      }),
    );
  });

  it('holds what changed and nothing else', () => {
    const row = (at: number, count = at): string => `<tr data-key="${at}"><td>${count}</td></tr>`;
    const before = Array.from({ length: 200 }, (_, at) => row(at)).join('');
    const after = before.replace(row(100), row(100, 1234));
    const sent = JSON.stringify(delta(before, after));
    expect(sent).toContain('td>1234');
    expect(sent.length).toBeLessThan(60);
    expect(delta(before, before)).toEqual([[0, partsOf(before).length]]);
  });

  it('copies rows that changed their place', () => {
    const rows = Array.from({ length: 50 }, (_, at) => `<tr><td>name ${at}</td></tr>`);
    const sent = delta(rows.join(''), rows.toReversed().join(''));
    expect(sent.filter((piece) => typeof piece === 'string').join('').length).toBeLessThan(20);
  });
});
