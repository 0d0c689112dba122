import { describe, expect, it } from '@jest/globals';
import { Passkeys } from '../../../src/accounts/passkeys.ts';
import { temporaryBlog, HOUR, NOON } from '../temporary-blog.ts';

describe('the answer of a passkey', () => {
  it('is taken once, also if the clock is set back before it and runs on', () => {
    let now = NOON;
    const passkeys = new Passkeys(temporaryBlog().database, () => now);
    passkeys.add('A', { credentialId: 'a', publicKey: Buffer.from('key'), counter: 0 });
    const [{ id } = { id: 0 }] = passkeys.list();
    const answer = (challenge: string): boolean => passkeys.use({ id, counter: 0, challenge });
    now -= HOUR;
    expect(answer('one')).toBe(true);
    now += HOUR / 2;
    expect([answer('two'), answer('one'), answer('two')]).toEqual([true, false, false]);
  });

  it('is remembered for as many as an owner can give, not for ever', () => {
    const passkeys = new Passkeys(temporaryBlog().database, () => NOON);
    passkeys.add('A', { credentialId: 'a', publicKey: Buffer.from('key'), counter: 0 });
    const [{ id } = { id: 0 }] = passkeys.list();
    const answer = (nth: number): boolean => passkeys.use({ id, counter: 0, challenge: String(nth) });
    for (let nth = 0; nth <= 1000; nth++) answer(nth);
    expect([answer(1), answer(0)]).toEqual([false, true]);
  });
});
