import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { afterEach, describe, expect, it } from '@jest/globals';
import { AsyncContextManager } from '../../../otel/instrumentation/context-manager.ts';
import { DeferredEnds } from '../../../otel/sampling/deferred-ends.ts';

describe('DeferredEnds', () => {
  afterEach(() => context.disable());

  it('handles at once if nothing is deferred', () => {
    const handled: number[] = [];
    const ends = new DeferredEnds<number>(0, 1000, (ended) => void handled.push(ended));
    ends.add(1, 1);
    expect(handled).toEqual([1]);
  });

  it('handles a full batch in the next turn of the event loop, in order, outside any request', async () => {
    context.setGlobalContextManager(new AsyncContextManager());
    const request = new AsyncLocalStorage<string>();
    const handled: number[] = [];
    const contexts = new Set<unknown>();
    const ends = new DeferredEnds<number>(3, 1000, (ended) => {
      handled.push(ended);
      contexts.add(context.active());
    });
    const inRequest = ROOT_CONTEXT.setValue(Symbol('request'), 'a request');
    request.run('a request', () =>
      context.with(inRequest, () => [1, 2, 3, 4].forEach((end) => ends.add(end, 1))),
    );
    expect(handled).toEqual([]);
    await nextTurn();
    expect(handled).toEqual([1, 2, 3, 4]);
    expect([...contexts]).toEqual([ROOT_CONTEXT]);
    expect(ends.size).toBe(0);
  });

  it('does not wait for the event loop after it has been blocked for several batches', () => {
    const handled: number[] = [];
    const ends = new DeferredEnds<number>(2, 1000, (ended) => void handled.push(ended));
    for (let end = 1; end <= 9; end++) ends.add(end, 1);
    expect(handled).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(ends.size).toBe(1);
  });

  it('does not wait beyond the byte bound, and passes on the size of each', () => {
    const handled: [number, number][] = [];
    const ends = new DeferredEnds<number>(100, 1000, (ended, bytes) => void handled.push([ended, bytes]));
    ends.add(1, 400);
    ends.add(2, 600);
    expect([handled, ends.bytes]).toEqual([[], 1000]);
    ends.add(3, 1);
    expect(handled).toEqual([
      [1, 400],
      [2, 600],
      [3, 1],
    ]);
    expect([ends.size, ends.bytes]).toEqual([0, 0]);
  });

  it('settles everything, including what is added meanwhile', async () => {
    const handled: number[] = [];
    const ends = new DeferredEnds<number>(10, 1000, (ended) => {
      handled.push(ended);
      if (ended < 5) ends.add(ended + 1, 1);
    });
    ends.add(1, 1);
    ends.settle();
    expect(handled).toEqual([1, 2, 3, 4, 5]);
    await nextTurn();
    expect(handled).toHaveLength(5);
  });
});
