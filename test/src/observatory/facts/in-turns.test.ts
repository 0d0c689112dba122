import { describe, expect, it } from '@jest/globals';
import { inTurns } from '../../../../src/observatory/facts/in-turns.ts';

describe('inTurns', () => {
  it('does one step in a turn of the event loop, whoever else has steps to do', async () => {
    const perTurn: number[] = [];
    let turn = setImmediate(function count() {
      perTurn.push(0);
      turn = setImmediate(count);
    });
    function* steps(name: string): Generator<undefined, string> {
      for (let step = 0; step < 20; step++) {
        yield;
        perTurn[perTurn.length - 1]! += 1;
      }
      return name;
    }
    const all = await Promise.all(['a', 'b', 'c', 'd'].map((name) => inTurns(steps(name))));
    clearImmediate(turn);
    expect(all).toEqual(['a', 'b', 'c', 'd']);
    expect(perTurn.reduce((sum, each) => sum + each, 0)).toBe(80);
    expect(Math.max(...perTurn)).toBe(1);
  });
});
