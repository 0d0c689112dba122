import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Guard } from '../../../otel/base/guard.ts';
import { ChangeNotifier } from '../../../otel/store/change-notifier.ts';

describe('ChangeNotifier', () => {
  const guard = new Guard();
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  function notifier(prepare?: () => Promise<void>): ChangeNotifier {
    return new ChangeNotifier({ guard, now: Date.now, ...(prepare === undefined ? {} : { prepare }) });
  }

  it('creates no timer without listeners', () => {
    const changes = notifier();
    changes.touch();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('makes no call without a change', () => {
    const listener = jest.fn();
    notifier().subscribe(listener);
    jest.advanceTimersByTime(60_000);
    expect(listener).not.toHaveBeenCalled();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('reports a burst once, soon, and never within the call that changed something', () => {
    const changes = notifier();
    const listener = jest.fn();
    changes.subscribe(listener);
    for (let i = 0; i < 1000; i++) changes.touch();
    expect(listener).not.toHaveBeenCalled();
    jest.advanceTimersByTime(100);
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it('calls at most once per second under constant change, and not again when it stops', () => {
    const changes = notifier();
    const calls: number[] = [];
    changes.subscribe(() => calls.push(Date.now()));
    for (let i = 0; i < 1000; i++) {
      changes.touch();
      jest.advanceTimersByTime(10);
    }
    jest.advanceTimersByTime(5000);
    expect(calls).toHaveLength(11);
    expect(Math.min(...calls.slice(1).map((time, i) => time - (calls[i] ?? 0)))).toBeGreaterThanOrEqual(1000);
  });

  it('notifies all listeners at the same time, and no unsubscribed one', () => {
    const changes = notifier();
    const [first, second] = [jest.fn(), jest.fn()];
    const leave = changes.subscribe(first);
    changes.subscribe(second);
    changes.touch();
    leave();
    leave();
    jest.advanceTimersByTime(1000);
    expect(first).not.toHaveBeenCalled();
    expect(second).toHaveBeenCalledTimes(1);
    expect(changes.listeners).toBe(1);
  });

  it('counts the same function subscribed twice as two', () => {
    const changes = notifier();
    const listener = jest.fn();
    const leave = changes.subscribe(listener);
    changes.subscribe(listener);
    leave();
    changes.touch();
    jest.advanceTimersByTime(1000);
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it('drops its timer when the last listener leaves', () => {
    const changes = notifier();
    const leave = changes.subscribe(() => {});
    changes.touch();
    expect(jest.getTimerCount()).toBe(1);
    leave();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('continues after a listener that throws', () => {
    const changes = notifier();
    const listener = jest.fn();
    changes.subscribe(() => {
      throw new Error('gone');
    });
    changes.subscribe(listener);
    changes.touch();
    jest.advanceTimersByTime(1000);
    expect(listener).toHaveBeenCalledTimes(1);
    expect(guard.faults()).toMatchObject([{ place: 'change-notifier.listener', lastMessage: 'gone' }]);
  });

  it('prepares first, and calls even if that failed', async () => {
    const steps: string[] = [];
    const changes = notifier(async () => {
      steps.push('prepare');
      throw new Error('no metrics');
    });
    changes.subscribe(() => steps.push('call'));
    changes.touch();
    await jest.advanceTimersByTimeAsync(1000);
    expect(steps).toEqual(['prepare', 'call']);
  });

  it('is not silenced by a clock that was set back', () => {
    const changes = notifier();
    const listener = jest.fn();
    changes.subscribe(listener);
    changes.touch();
    jest.advanceTimersByTime(100);
    jest.setSystemTime(Date.now() - 3_600_000);
    changes.touch();
    jest.advanceTimersByTime(1000);
    expect(listener).toHaveBeenCalledTimes(2);
  });

  it('rejects more than a thousand listeners', () => {
    const changes = notifier();
    for (let i = 0; i < 1000; i++) changes.subscribe(() => {});
    expect(() => changes.subscribe(() => {})).toThrow(RangeError);
  });
});
