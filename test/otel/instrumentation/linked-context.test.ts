import { type Context, ROOT_CONTEXT, createContextKey } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import { fc } from '../../fixtures/properties.ts';
import { LinkedContext } from '../../../otel/instrumentation/linked-context.ts';

const KEYS = Array.from({ length: 6 }, (_, i) => createContextKey(`key ${i}`));

type Step = readonly [from: number, key: symbol, value: unknown, isDelete: boolean];
const steps = fc.array(
  fc.tuple(fc.nat(), fc.constantFrom(...KEYS), fc.oneof(fc.nat(), fc.constant(undefined)), fc.boolean()),
  { maxLength: 120 },
);

/** Every context of a tree in which each step derives one from an existing one. */
function grow(root: Context, taken: readonly Step[]): readonly Context[] {
  const contexts = [root];
  for (const [from, key, value, isDelete] of taken) {
    const parent = contexts[from % contexts.length]!;
    contexts.push(isDelete ? parent.deleteValue(key) : parent.setValue(key, value));
  }
  return contexts;
}

describe('LinkedContext', () => {
  it('behaves like the API’s own context, whatever was set and deleted before', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const [ours, theirs] = [grow(LinkedContext.root, taken), grow(ROOT_CONTEXT, taken)];
        for (const [i, context] of ours.entries())
          expect(KEYS.map((key) => context.getValue(key))).toEqual(
            KEYS.map((key) => theirs[i]!.getValue(key)),
          );
      }),
    );
  });

  it('is not changed by contexts derived from it', () => {
    const first = LinkedContext.root.setValue(KEYS[0]!, 1);
    first.setValue(KEYS[0]!, 2);
    first.deleteValue(KEYS[0]!);
    expect(first.getValue(KEYS[0]!)).toBe(1);
    expect(LinkedContext.root.getValue(KEYS[0]!)).toBeUndefined();
  });

  it('stays short, and retains no replaced value', () => {
    let context = LinkedContext.root;
    let longest = 0;
    for (let i = 0; i < 1_000; i++) {
      context = context.setValue(KEYS[i % KEYS.length]!, i).deleteValue(KEYS[0]!);
      longest = Math.max(longest, context.length);
    }
    expect(longest).toBeLessThanOrEqual(2 + 32 + KEYS.length);
    expect(KEYS.map((key) => context.getValue(key))).toEqual([undefined, 997, 998, 999, 994, 995]);
  });
});
