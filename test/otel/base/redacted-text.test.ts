import { describe, expect, it } from '@jest/globals';
import { redactedText, redactedValue } from '../../../otel/base/redacted-text.ts';
import { expectLinear } from '../../fixtures/linear-time.ts';

const TOKEN = 'kX3v9QmZ_aB7-Lw2RtY5uHc8NdFgJ4sEpO6iM1qWzxc';

describe('redactedText', () => {
  it.each([
    ['password=hunter2', 'password=REDACTED'],
    ['user ada, Password: "correct horse"; retry', 'user ada, Password: REDACTED; retry'],
    ["new_pw='it\\'s' set", 'new_pw=REDACTED set'],
    ['{"password":"hunter2","user":"ada"}', '{"password":REDACTED,"user":"ada"}'],
    [String.raw`body {\"apiKey\":\"s3cr3t\",\"n\":1}`, String.raw`body {\"apiKey\":REDACTED,\"n\":1}`],
    ['tokens: ["a1","b2"] and more', 'tokens: REDACTED'],
    ['Cookie: a=b; session=xyz', 'Cookie: REDACTED'],
    ['Authorization: Basic YWRhOmxvdmU=', 'Authorization: REDACTED'],
    ['sent Bearer abc123-def', 'sent Bearer REDACTED'],
    ['GET https://ada:love@example.org/feed', 'GET https://REDACTED@example.org/feed'],
    ['GET https://ada:l@ve@example.org/feed', 'GET https://REDACTED@example.org/feed'],
    ['GET /search?q=glass&token=abc', 'GET /search?q=glass&token=REDACTED'],
    ['to /next?url=%2Freset%3Ftoken%3Dabc', 'to /next?url=REDACTED'],
    ['POST /admin/sign-in?next=/x failed', 'POST /admin/sign-in?REDACTED failed'],
    [`opened /shared/${TOKEN}`, 'opened /shared/REDACTED'],
    ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', 'jwt REDACTED'],
    ['code=884213', 'code=REDACTED'],
    ['callback?code=ab&state=xy', 'callback?REDACTED'],
    ['secret => s3cr3t', 'secret => REDACTED'],
    ['password=', 'password='],
  ])('removes the secret of %j', (text, safe) => {
    expect(redactedText(text)).toBe(safe);
    // What was removed stays removed.
    expect(redactedText(safe)).toBe(safe);
  });

  it.each([
    'the owner changed the password',
    'sign-in failed: too many tries',
    "code: 'SQLITE_BUSY', errno: 5, state: open",
    'exit code: 1',
    '    at formTokenOf (file:///srv/blog/src/accounts/secret-token.ts:33:9)',
    '    at BetterSqlite3InstrumentationFactory.manuallyInstrument (key.js:41:3)',
    'trace 0af7651916cd43dd8448eb211c80319c, id 6fa459ea-ee8a-3ca4-894e-db77e160355e',
    'GET /2026/11/30/a-rather-long-slug-of-a-post-with-2026-in-it?page=2&q=a+b',
    'what? nothing=1',
    '12:30:15 listening on http://127.0.0.1:3000',
    'file IMG_20261130_093015_BURST001.jpg',
  ])('leaves %j as it is', (text) => expect(redactedText(text)).toBe(text));

  it.each([
    ['of names and signs', (size: number) => 'password='.repeat(size)],
    ['of one long name', (size: number) => `${'a.'.repeat(size)}=`],
    ['of questions', (size: number) => '?a=b'.repeat(size)],
    ['of quotation marks', (size: number) => `token="${'\\"'.repeat(size)}`],
    ['of spaces', (size: number) => `token${' '.repeat(size)}x`],
    ['of random characters', (size: number) => 'aB3'.repeat(size)],
    ['of beginnings', (size: number) => 'eyJaaaaaaaa.'.repeat(size)],
    ['of slashes', (size: number) => '://a'.repeat(size)],
  ])('takes time in proportion to the length of a text %s', async (_, make) => {
    await expectLinear((size) => redactedText(make(size)), 400);
  });
});

it('cuts what is long, and leaves no secret at the end', () => {
  const text = `${'x'.repeat(16_380)} password=hunter2`;
  expect(redactedText(text)).toBe(`${'x'.repeat(16_380)} pas…`);
});

describe('redactedValue', () => {
  it('removes by name, in lists, objects and JSON, to any depth', () => {
    const nested = { a: [{ password: 'p1', kept: 'x' }], 'http.request.header.cookie': ['c1'], n: 3 };
    expect(redactedValue('', nested)).toEqual({
      a: [{ password: 'REDACTED', kept: 'x' }],
      'http.request.header.cookie': 'REDACTED',
      n: 3,
    });
    expect(redactedValue('body', JSON.stringify(nested))).toBe(
      '{"a":[{"password":"REDACTED","kept":"x"}],"http.request.header.cookie":"REDACTED","n":3}',
    );
    expect(redactedValue('user.pin', 1234)).toBe('REDACTED');
    expect(redactedValue('glasshouse.token', 'abc')).toBe('REDACTED');
    let deep: unknown = 'password=p';
    for (let i = 0; i < 100; i++) deep = { deep };
    expect(JSON.stringify(redactedValue('', deep))).not.toContain('=p');
  });

  it('ends for objects that contain themselves, in proportion to what it looks at', () => {
    let reads = 0;
    const own = {
      get first() {
        reads++;
        return own;
      },
      get second() {
        return own;
      },
    };
    expect(JSON.stringify(redactedValue('', own))).toContain('REDACTED');
    expect(reads).toBeLessThanOrEqual(1000);
  });

  it('leaves what only sounds like one', () => {
    const values = { 'code.function.name': 'read', 'code.line.number': 41, 'code.file.path': 'src/key.ts' };
    expect(redactedValue('', values)).toEqual(values);
    expect(redactedValue('error.code', 'SQLITE_BUSY')).toBe('SQLITE_BUSY');
    expect(redactedValue('exception.stacktrace', 'Error: x\n    at a (session-store.ts:4:1)')).toContain(
      '4:1',
    );
    expect(redactedValue('sessions', true)).toBe(true);
  });
});
