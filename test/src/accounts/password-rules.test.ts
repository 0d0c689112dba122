import { describe, expect, it } from '@jest/globals';
import { hashPassword, verifyPassword } from '../../../src/accounts/password-hash.ts';
import { COMMON_LONG_PASSWORDS, isGuessable } from '../../../src/accounts/guessable-password.ts';
import { passwordProblems } from '../../../src/accounts/password-rules.ts';
import { CHEAP_COST } from './admin-server.ts';

describe('passwordProblems', () => {
  it.each([
    '123456789012345',
    'football12345',
    'qwertyuiop123',
    'qwertyuiopasdf',
    'passwordpassword',
    'Password123!!!',
    'P@ssw0rd12345',
    'glasshouse1234',
    'glasshouseglasshouse',
    'iloveyouforever',
    'abcdefghijklm',
    'aaaaaaaaaaaaaa',
    '1q2w3e4r5t6y7u',
    'letmeinletmein',
    'drowssapdrowssap',
    '19840101198401',
  ])('refuses the common %s', async (password) => {
    expect((await passwordProblems(password, password)).password).toContain('is easy to guess');
  });

  it('refuses the common ones that are long enough, more than three thousand', () => {
    expect(COMMON_LONG_PASSWORDS.size).toBeGreaterThan(10_000);
    const common = [...COMMON_LONG_PASSWORDS];
    expect(common.filter((password) => password.length < 12)).toEqual([]);
    expect(common.filter((password) => !isGuessable(password.toUpperCase()))).toEqual([]);
    expect(common).toEqual(expect.arrayContaining(['123qweasdzxc', 'ghjcnhfycndj', 'neversaynever']));
  });

  it.each([
    'amber lantern quietly grows',
    'x9!kQ2#vTz7p',
    'пятнадцать тихих фонарей',
    '静かな灯りがゆっくり育つ夜',
    `${'long '.repeat(90)}and unlike any other`,
  ])('takes %s', async (password) => {
    expect(await passwordProblems(password, password)).toEqual({});
  });

  it.each([
    ['short', 'short', { password: expect.stringContaining('has 5 characters; it needs at least 12') }],
    ['x9!kQ2#vTz7p', 'x9!kQ2#vTz7q', { repeated: expect.stringContaining('differ') }],
    ['y'.repeat(513), 'y'.repeat(513), { password: expect.stringContaining('longer than 512') }],
  ])('says what is wrong with %s', async (password, repeated, problems) => {
    expect(await passwordProblems(password, repeated)).toEqual(problems);
  });
});

describe('a password hash', () => {
  it('is of the password exactly as it was sent', async () => {
    const stored = await hashPassword('ﬁne Ⅳ words of a password', CHEAP_COST);
    expect(await verifyPassword('ﬁne Ⅳ words of a password', stored)).toBe(true);
    expect(await verifyPassword('fine IV words of a password', stored)).toBe(false);
  });

  it('of an older version still accepts its password', async () => {
    const { hash } = { hash: await hashPassword('fine IV words of a password', CHEAP_COST) };
    const stored = hash.replace(',x=1', '');
    expect(await verifyPassword('ﬁne Ⅳ words of a password', stored)).toBe(true);
    expect(await verifyPassword('another one altogether', stored)).toBe(false);
  });
});
