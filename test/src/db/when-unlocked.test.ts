import { describe, expect, it } from '@jest/globals';
import { createWhenUnlocked } from '../../../src/db/when-unlocked.ts';

/** A clock that only sleeping moves. */
function setUp() {
  let now = 0;
  const pauses: number[] = [];
  const whenUnlocked = createWhenUnlocked({
    maxWaitMillis: 200,
    now: () => now,
    sleep: async (millis) => {
      pauses.push(millis);
      now += millis;
    },
  });
  return { whenUnlocked, pauses };
}
const failure = (code: string): Error => Object.assign(new Error(code), { code });

describe('a write while another process holds the lock', () => {
  it('is retried after pauses until it succeeds', async () => {
    const { whenUnlocked, pauses } = setUp();
    let tries = 0;
    const write = (): string => {
      tries += 1;
      if (tries < 4) throw failure('SQLITE_BUSY');
      return 'written';
    };
    expect(await whenUnlocked(write)).toBe('written');
    expect([tries, pauses.length]).toEqual([4, 3]);
  });

  it('fails with SQLite’s error when the time is over', async () => {
    const { whenUnlocked, pauses } = setUp();
    const write = (): never => {
      throw failure('SQLITE_BUSY_SNAPSHOT');
    };
    await expect(whenUnlocked(write)).rejects.toThrow('SQLITE_BUSY_SNAPSHOT');
    expect(pauses.reduce((sum, millis) => sum + millis, 0)).toBe(200);
  });

  it.each(['SQLITE_FULL', 'SQLITE_READONLY', 'ENOSPC'])('is not repeated after %s', async (code) => {
    const { whenUnlocked, pauses } = setUp();
    const write = (): never => {
      throw failure(code);
    };
    await expect(whenUnlocked(write)).rejects.toThrow(code);
    expect(pauses).toEqual([]);
  });
});
