import { setImmediate } from 'node:timers/promises';

/** Does each step in a turn of the event loop: readers' requests wait for one at most. */
export async function inTurns<T>(steps: Iterator<unknown, T>): Promise<T> {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    await setImmediate();
  }
}
