import { describe, expect, it } from '@jest/globals';
import { Guard } from '../../../otel/base/guard.ts';

describe('Guard', () => {
  it('returns the fallback and counts what was thrown, by place', () => {
    const guard = new Guard({ now: () => 7 });
    const failing = (): never => {
      throw new Error('no');
    };
    expect(guard.run('here', failing, 'fallback')).toBe('fallback');
    expect(guard.run('here', () => 'fine', 'fallback')).toBe('fine');
    guard.report('there', 'text');
    expect(guard.faults()).toEqual([
      { place: 'here', count: 1, lastMessage: 'no', lastMillis: 7 },
      { place: 'there', count: 1, lastMessage: 'text', lastMillis: 7 },
    ]);
  });

  it('logs once a minute per place', () => {
    let now = 0;
    const lines: string[] = [];
    const guard = new Guard({ now: () => now, log: (line) => lines.push(line) });
    for (now = 0; now < 60_000; now += 1000) guard.report('here', new Error('no'));
    expect(lines).toEqual(['telemetry fault in here: no (1 so far)']);
    guard.report('here', new Error('no'));
    expect(lines).toHaveLength(2);
  });

  it('survives a clock and a log that throw', () => {
    const broken = (): never => {
      throw new Error('broken');
    };
    expect(() => new Guard({ now: broken }).report('here', 1)).not.toThrow();
    expect(() => new Guard({ log: broken }).report('here', 1)).not.toThrow();
  });

  it('bounds the places it remembers', () => {
    const guard = new Guard();
    for (let i = 0; i < 1000; i++) guard.report(`place ${i}`, 'x');
    expect(guard.faults()).toHaveLength(100);
  });
});
