import { describe, expect, it } from '@jest/globals';
import { SharedSteps } from '../../../../src/observatory/facts/shared-steps.ts';

function counting(steps: number): { readonly work: SharedSteps<string>; readonly done: () => number } {
  let done = 0;
  function* work(): Generator<undefined, string> {
    for (; done < steps; done++) yield;
    return 'all';
  }
  return { work: new SharedSteps(work()), done: () => done };
}

describe('SharedSteps', () => {
  it('are advanced by whoever needs them, and done once', () => {
    const { work, done } = counting(4);
    const [one, other] = [work.inSteps(), work.inSteps()];
    one.next();
    other.next();
    one.next();
    expect(done()).toBe(2);
    expect(work.result).toBe('all');
    expect(one.next()).toEqual({ done: true, value: 'all' });
    expect(other.next()).toEqual({ done: true, value: 'all' });
    expect([work.result, done()]).toEqual(['all', 4]);
  });

  it('fail for each who needs them', () => {
    function* failing(): Generator<undefined, string> {
      yield;
      throw new Error('no file');
    }
    const work = new SharedSteps(failing());
    const steps = work.inSteps();
    steps.next();
    expect(work.hasFailed).toBe(false);
    expect(() => steps.next()).toThrow('no file');
    expect(work.hasFailed).toBe(true);
    expect(() => work.result).toThrow('no file');
  });
});
