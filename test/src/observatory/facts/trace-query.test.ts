import { describe, expect, it } from '@jest/globals';
import type { TraceTerm } from '../../../../otel/query.ts';
import { ASKED_ELSEWHERE, KEYS } from '../../../../src/observatory/facts/query-keys.ts';
import {
  facetTerm,
  hasTerm,
  parseTraceQuery,
  pathTerm,
  textTerm,
  toggled,
} from '../../../../src/observatory/facts/trace-query.ts';
import {
  MAX_QUERY_CHARS,
  MAX_QUERY_TERMS,
  without,
} from '../../../../src/observatory/facts/written-query.ts';
import { FACET_NAMES } from '../../../../otel/query.ts';
import { anyText, fc } from '../../../fixtures/properties.ts';

const ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const text = (words: string): TraceTerm => ({ field: 'text', text: words });
const address = (path: string, more: object = {}): TraceTerm => ({
  field: 'address',
  paths: [path],
  ...more,
});
const took = (
  comparison: '<' | '<=' | '>' | '>=',
  millis: number,
  of: 'trace' | 'database' | 'render' = 'trace',
): TraceTerm => ({ field: 'duration', of, comparison, millis });

function termsOf(query: string): readonly TraceTerm[] {
  const { terms, problems } = parseTraceQuery(query);
  expect(problems).toEqual([]);
  return terms.map(({ term }) => term);
}

describe('parseTraceQuery', () => {
  it.each<[string, TraceTerm]>([
    ['/2026/hello', address('/2026/hello')],
    ['/2026/hello/', address('/2026/hello/')],
    ['https://blog.example/2026/hello?utm_source=x#part', address('/2026/hello', { query: 'utm_source=x' })],
    ['HTTP://127.0.0.1:3000/search?q=a%20b', address('/search', { query: 'q=a%20b' })],
    ['http://blog.example', address('/')],
    ['//cdn.example/a', address('/a')],
    ['blog.example/caf%C3%A9', address('/caf%C3%A9')],
    ['localhost:3000/posts/a:b', address('/posts/a:b')],
    ['/2026/*', address('/2026/', { below: true })],
    ['path:feed.atom', address('/feed.atom')],
    ['url:https://other.example/a', address('/a')],
    ['path:"/2026/*"', address('/2026/*')],
    ['path:"//wp/:id x"', address('//wp/:id x')],
    ['/posts/a:b', address('/posts/a:b')],
    ['https://blog.example/t/:a', address('/t/:a')],
    ['/posts/:slug', { field: 'route', text: '/posts/:slug' }],
    ['route:/posts/:slug', { field: 'route', text: '/posts/:slug' }],
    ['route:"POST /posts/:slug"', { field: 'route', text: '/posts/:slug' }],
    ['route:/api/*', { field: 'route', text: '/api/', begins: true }],
    ['route:"/media/*"', { field: 'route', text: '/media/*' }],
    [ID, text(ID)],
    [ID.toUpperCase(), text(ID)],
    [`00-${ID}-00f067aa0ba902b7-01`, text(ID)],
    [`https://blog.example/admin/metrics-dashboard/traces/${ID}?span=00f067aa0ba902b7`, text(ID)],
    [`id:${ID}`, text(ID)],
    [`traceparent: 00-${ID}-00f067aa0ba902b7-01`, text(ID)],
    ['X-Request-ID: 7b1c-42', text('7b1c-42')],
    ['status:404', { field: 'status', min: 404, max: 404 }],
    ['status=404', { field: 'status', min: 404, max: 404 }],
    ['status:4xx', { field: 'status', min: 400, max: 499 }],
    ['status:>=500', { field: 'status', min: 500, max: 999 }],
    ['status>499', { field: 'status', min: 500, max: 999 }],
    ['status<400', { field: 'status', min: 0, max: 399 }],
    ['STATUS:<=400', { field: 'status', min: 0, max: 400 }],
    ['status:error', { field: 'failed' }],
    ['status:ok', { field: 'failed', negated: true }],
    ['type:request', { field: 'type', type: 'http' }],
    ['type:HTTP', { field: 'type', type: 'http' }],
    ['-type:statement', { field: 'type', type: 'database', negated: true }],
    ['type:Database', { field: 'type', type: 'database' }],
    ['type:render', { field: 'type', type: 'render' }],
    ['type:other', { field: 'type', type: 'other' }],
    ['type:TypeError', { field: 'error', text: 'TypeError' }],
    ['type:Sqlite*', { field: 'error', text: 'Sqlite', begins: true }],
    ['-status:ok', { field: 'failed' }],
    ['status!=200', { field: 'status', min: 200, max: 200, negated: true }],
    ['method:post', { field: 'method', text: 'post' }],
    ['dur>5ms', took('>', 5)],
    ['dur:>=1s', took('>=', 1000)],
    ['duration<1.5m', took('<', 90_000)],
    ['dur<=250', took('<=', 250)],
    ['dur>80us', took('>', 0.08)],
    ['db>5ms', took('>', 5, 'database')],
    ['-db:>5ms', { ...took('>', 5, 'database'), negated: true }],
    ['render>50ms', took('>', 50, 'render')],
    ['db:"SELECT posts"', { field: 'statement', text: 'SELECT posts' }],
    ['error:TypeError', { field: 'error', text: 'TypeError' }],
    ['error:Sqlite*', { field: 'error', text: 'Sqlite', begins: true }],
    ['error:*', { field: 'failed' }],
    ['agent:bot', { field: 'agent', text: 'bot' }],
    ['-agent:bot', { field: 'agent', text: 'bot', negated: true }],
    ['reason:slow', { field: 'reason', reason: 'slow' }],
    ['reason:failed', { field: 'reason', reason: 'error' }],
    ['reason:"by the rate"', { field: 'reason', reason: 'probability' }],
    ['version:3.1', { field: 'version', text: '3.1' }],
    ['service.version:3.*', { field: 'version', text: '3.', begins: true }],
    ['attr.http.route:/search', { field: 'attribute', key: 'http.route', text: '/search' }],
    // As a page prints it.
    ['client.address:127.0.0.1', { field: 'attribute', key: 'client.address', text: '127.0.0.1' }],
    ['attr.http.request.header.x-a:b', { field: 'attribute', key: 'http.request.header.x-a', text: 'b' }],
    [
      'http.response.status_code=404',
      { field: 'attribute', key: 'http.response.status_code', text: '404', whole: true },
    ],
    ['attr.x="a b"', { field: 'attribute', key: 'x', text: 'a b', whole: true }],
    ['attr.x!=a', { field: 'attribute', key: 'x', text: 'a', whole: true, negated: true }],
    ['-attr.x:a=b', { field: 'attribute', key: 'x', text: 'a=b', negated: true }],
    ['"a phrase"', text('a phrase')],
    ['“a phrase”', text('a phrase')],
    [String.raw`"say \"hi\" \\"`, text(String.raw`say "hi" \ `.trim())],
    ['"not closed', text('not closed')],
    ['-"a phrase"', { ...text('a phrase'), negated: true }],
    ['-/wp-login.php', address('/wp-login.php', { negated: true })],
    ['q=glass', text('q=glass')],
    ['Array<string>', text('Array<string>')],
    ['TypeError:', text('TypeError:')],
    ['src/posts/read.ts', text('src/posts/read.ts')],
    ['12:30', text('12:30')],
    ['user_agent.original~zgrab', { field: 'attribute', key: 'user_agent.original', text: 'zgrab' }],
    ['user_agent.original=~zgrab', { field: 'attribute', key: 'user_agent.original', text: 'zgrab' }],
    ['user_agent.original*=zgrab', { field: 'attribute', key: 'user_agent.original', text: 'zgrab' }],
    ['attr.x!~a', { field: 'attribute', key: 'x', text: 'a', negated: true }],
    ['attr.x==a', { field: 'attribute', key: 'x', text: 'a', whole: true }],
    ['attr.x!==a', { field: 'attribute', key: 'x', text: 'a', whole: true, negated: true }],
    ['status==404', { field: 'status', min: 404, max: 404 }],
    ['agent~zgrab', { field: 'agent', text: 'zgrab' }],
    ['user-agent:curl', { field: 'agent', text: 'curl' }],
    ['db~posts', { field: 'statement', text: 'posts' }],
    ['index.php~', text('index.php~')],
    ['a=~b', text('a=~b')],
    // An error as a log and a stack have it.
    ['Error:', { field: 'failed' }],
    ['src/posts/read.ts:41:7', text('src/posts/read.ts:41:7')],
    ['read.ts:41', text('read.ts:41')],
    ['fe80::1', text('fe80::1')],
    ['2001:db8::8a2e:370:7334', text('2001:db8::8a2e:370:7334')],
    ['[fe80::1]:4400', text('fe80::1')],
    ['client.address:fe80::1', { field: 'attribute', key: 'client.address', text: 'fe80::1' }],
    ['/search?q=a:b', address('/search', { query: 'q=a:b' })],
    ['search?q=a:b', text('search?q=a:b')],
    // What a page cut.
    ['/a-long-addr…', text('/a-long-addr')],
    ['"a long mess…"', text('a long mess')],
    ['route:/posts/…', { field: 'route', text: '/posts/', begins: true }],
    ['attr.x="a b…"', { field: 'attribute', key: 'x', text: 'a b' }],
  ])('reads %s', (query, term) => {
    expect(termsOf(query)).toEqual([term]);
  });

  const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0';
  it.each<[string, string]>([
    [FIREFOX, FIREFOX],
    [`agent:${FIREFOX}`, FIREFOX],
    [`user_agent.original: ${FIREFOX}`, FIREFOX],
    [`User-Agent: ${FIREFOX}`, FIREFOX],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:14…', 'Mozilla/5.0 (X11; Linux x86_64; rv:14'],
    ['Mozilla/5.0 (X11; rv:144.0) Gecko/2010…', 'Mozilla/5.0 (X11; rv:144.0) Gecko/2010'],
    [
      'Mozilla/5.0 (X11; rv:144.0) Gecko/20100101 Firef...',
      'Mozilla/5.0 (X11; rv:144.0) Gecko/20100101 Firef',
    ],
    ['Mozilla/5.0 zgrab/0.x', 'Mozilla/5.0 zgrab/0.x'],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1',
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1',
    ],
    [
      'Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 (compatible; Bytespider; a@b.example)',
      'Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 (compatible; Bytespider; a@b.example)',
    ],
    [
      'Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers)',
      'Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers)',
    ],
    [
      'NetNewsWire (RSS Reader; https://netnewswire.com/)',
      'NetNewsWire (RSS Reader; https://netnewswire.com/)',
    ],
    ['python-requests/2.31 CPython/3.12', 'python-requests/2.31 CPython/3.12'],
  ])('reads the user agent %s as one term, among others, and takes it away again', (pasted, agent) => {
    const term = { field: 'agent', text: agent } as const;
    expect(termsOf(pasted)).toEqual([term]);
    expect(termsOf(`-${pasted}`)).toEqual([{ ...term, negated: true }]);
    const [first, after] = [
      parseTraceQuery(`glass ${pasted} status:404`),
      parseTraceQuery(`${pasted} glass`),
    ];
    expect(first.terms.map((each) => each.term)).toEqual([
      text('glass'),
      term,
      { field: 'status', min: 404, max: 404 },
    ]);
    expect(after.terms.map((each) => each.term)).toEqual([term, text('glass')]);
    expect(toggled(first, 'status:404')).toBe(`glass ${pasted}`);
    expect(without(first.text, first.terms.slice(1, 2))).toBe('glass status:404');
  });

  it.each<[string, string]>([
    [
      "SELECT * FROM posts WHERE path = ? AND id>=@id AND status='x'",
      "SELECT * FROM posts WHERE path = ? AND id>=@id AND status='x'",
    ],
    ['SELECT id FROM posts\n  WHERE a = ?\n  AND b = :b', 'SELECT id FROM posts WHERE a = ? AND b = :b'],
    ['insert into posts (id, path) values (?, ?)', 'insert into posts (id, path) values (?, ?)'],
    ['UPDATE posts SET path = ? WHERE id=?', 'UPDATE posts SET path = ? WHERE id=?'],
    [
      'WITH RECURSIVE position(at) AS (SELECT ? UNION ALL SELECT at + ? FROM pos…',
      'WITH RECURSIVE position(at) AS (SELECT ? UNION ALL SELECT at + ? FROM pos',
    ],
    ['db:SELECT total FROM posts', 'SELECT total FROM posts'],
    ['db.query.text: DELETE FROM posts', 'DELETE FROM posts'],
    ['SELECT total_changes()', 'SELECT total_changes()'],
  ])('reads the statement %j as one term, to the next one', (pasted, statement) => {
    const term = { field: 'statement', text: statement } as const;
    expect(termsOf(pasted)).toEqual([term]);
    expect(termsOf(`glass ${pasted} status:404 db>5ms`)).toEqual([
      text('glass'),
      term,
      { field: 'status', min: 404, max: 404 },
      took('>', 5, 'database'),
    ]);
  });

  it.each<[string, readonly TraceTerm[]]>([
    ['SELECT posts', [text('SELECT'), text('posts')]],
    ['curl/8.5.0', [text('curl/8.5.0')]],
    ['posts/hello world', [text('posts/hello'), text('world')]],
    ['GET /search?q=a:b', [text('GET'), address('/search', { query: 'q=a:b' })]],
    [
      'TypeError: Cannot read properties of undefined',
      ['TypeError:', 'Cannot', 'read', 'properties', 'of', 'undefined'].map(text),
    ],
    [
      'Error: UNIQUE constraint failed: posts.slug',
      [{ field: 'failed' }, ...['UNIQUE', 'constraint', 'failed:', 'posts.slug'].map(text)],
    ],
    ['2026-11-30T20:10:11.123Z info answered', ['2026-11-30T20:10:11.123Z', 'info', 'answered'].map(text)],
  ])('reads %s word by word', (query, terms) => {
    expect(termsOf(query)).toEqual(terms);
  });

  it('reads several terms, and nothing from what says nothing', () => {
    expect(termsOf('  glass  status:4xx "two words" ')).toEqual([
      text('glass'),
      { field: 'status', min: 400, max: 499 },
      text('two words'),
    ]);
    expect(termsOf(' - "" -"" \t')).toEqual([]);
  });

  it('also looks for an address without the base path, which a proxy may have removed', () => {
    const { terms } = parseTraceQuery('https://example.org/blog/2026/a /other', '/blog');
    expect(terms.map(({ term }) => term)).toEqual([
      { field: 'address', paths: ['/blog/2026/a', '/2026/a'] },
      { field: 'address', paths: ['/other'] },
    ]);
  });

  it.each([
    ['colour:red', '“colour:red” was not understood: there is no key colour. Keys are route, '],
    ['stat:404', 'Did you mean status?'],
    [
      'status:abc',
      '“status:abc” was not understood: write status:404, status:4xx, status:>=500 or status:error.',
    ],
    ['status:', 'write status:404'],
    ['dur:5ms', 'write dur>250ms'],
    ['dur>soon', 'write dur>250ms'],
    ['type:', 'write type:request, type:statement'],
    ['type>5', 'write type:request, type:statement'],
    ['reason:boredom', 'write reason:error, reason:slow'],
    ['route>5', 'write route:'],
    ['attr.x>5', 'write attr.name:value'],
    ['attr.:5', 'write attr.name:value'],
    ['method:a/b', 'write method:POST'],
    ['path~wp-login', 'write path:/2026/hello or path:/2026/*, or wp-login alone for that text anywhere.'],
    ['route~guest', 'guest alone for that text anywhere.'],
  ])('says of %s what is right, and uses the other terms', (query, sentence) => {
    const { terms, problems } = parseTraceQuery(`glass ${query}`);
    expect(terms.map(({ term }) => term)).toEqual([text('glass')]);
    expect(problems).toEqual([expect.stringContaining(sentence)]);
  });

  it('is bounded in characters, terms and sentences, and says so', () => {
    const many = parseTraceQuery('a '.repeat(400));
    expect(many.terms).toHaveLength(MAX_QUERY_TERMS);
    expect(many.problems).toEqual([`The query has 400 terms; the first ${MAX_QUERY_TERMS} were used.`]);
    const long = parseTraceQuery('x'.repeat(10_000));
    expect(long.terms).toEqual([
      { source: 'x'.repeat(MAX_QUERY_CHARS), term: text('x'.repeat(MAX_QUERY_CHARS)) },
    ]);
    expect(long.problems).toEqual([
      `The query has 10000 characters; the first ${MAX_QUERY_CHARS} were read.`,
    ]);
    const wrong = parseTraceQuery('zzz:1 '.repeat(20));
    expect(wrong.problems).toHaveLength(4);
    expect(wrong.problems.at(-1)).toBe('17 more terms were not understood.');
  });

  it('never throws, and quotes at most so much', () => {
    fc.assert(
      fc.property(anyText({ maxLength: 200 }), (any) => {
        const { terms, problems } = parseTraceQuery(any);
        expect(terms.length + problems.length).toBeLessThanOrEqual(MAX_QUERY_TERMS + 2);
        for (const { source } of terms) expect(any.replaceAll(/[“”„]/g, '"')).toContain(source);
      }),
    );
  });
});

describe('a term of a link', () => {
  it('finds what it was made of, whatever that has in it', () => {
    fc.assert(
      fc.property(anyText({ minLength: 1, maxLength: 30 }), (any) => {
        const plain = any.replaceAll(/[“”„\n\t…]/g, '_').trim();
        if (plain === '') return;
        const path = `/${plain.replaceAll(/[?#]/g, '_')}`;
        expect(termsOf(`${textTerm(plain)} ${pathTerm(path)}`)).toEqual([text(plain), address(path)]);
      }),
    );
  });
});

describe('a term of a facet', () => {
  it('is added by the first click and taken away by the second', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...FACET_NAMES),
        fc.constantFrom(
          '/posts/:slug',
          '/media/*',
          'unknown paths',
          'say "hi" \\',
          'GET',
          '4xx',
          'slow',
          'bot',
        ),
        fc.constantFrom('', 'glass', 'status:5xx -agent:bot', '"two words"'),
        (name, value, before) => {
          const source = facetTerm(name, value);
          const plain = parseTraceQuery(before);
          if (parseTraceQuery(source).problems.length > 0) return;
          const added = parseTraceQuery(toggled(plain, source));
          expect([hasTerm(plain, source), hasTerm(added, source)]).toEqual([false, true]);
          expect(toggled(added, source)).toBe(before);
        },
      ),
    );
  });

  it('is taken away however it was written', () => {
    const { text: query, terms } = parseTraceQuery('a status=404 status:404 b');
    expect(toggled({ text: query, terms, problems: [] }, 'status:404')).toBe('a b');
    expect(without(query, terms.slice(0, 1))).toBe('status=404 status:404 b');
  });
});

describe('words that people guess', () => {
  it.each([
    ['query>30ms', 'db>30ms'],
    ['statement>30ms', 'db>30ms'],
    ['sql>30ms', 'db>30ms'],
    ['database>30ms', 'db>30ms'],
    ['query:"SELECT posts"', 'db:"SELECT posts"'],
    ['duration>30ms', 'dur>30ms'],
    ['took>30ms', 'dur>30ms'],
    ['latency>=1s', 'dur>=1s'],
    ['url:/x', 'path:/x'],
    ['uri:/x', 'path:/x'],
    ['verb:POST', 'method:POST'],
    ['code:500', 'status:500'],
    ['status_code:5xx', 'status:5xx'],
    ['code:ENOENT', 'ENOENT'],
    ['code:SQLITE_BUSY', 'SQLITE_BUSY'],
    ['error:true', 'error:*'],
    ['error:false', '-error:*'],
    ['-error:false', 'error:*'],
    ['exception:TypeError', 'error:TypeError'],
    ['ip:203.0.113.9', 'client.address=203.0.113.9'],
    ['client:203.0.113.9', 'client.address=203.0.113.9'],
    ['client:203.0.113.*', 'client.address:203.0.113.'],
    ['ip:2001:db8::1', 'client.address=2001:db8::1'],
    ['-ip:203.0.113.9', '-client.address=203.0.113.9'],
    ['user_agent:curl', 'agent:curl'],
    ['browser:firefox', 'agent:firefox'],
    ['release:1.5.0', 'version:1.5.0'],
    ['trace:4bf92f3577b34da6a3ce929d0e0e4736', 'id:4bf92f3577b34da6a3ce929d0e0e4736'],
    ['trace_id:4bf92f3577b34da6a3ce929d0e0e4736', 'id:4bf92f3577b34da6a3ce929d0e0e4736'],
    ['query: SELECT', '"query:" SELECT'],
  ])('%s means %s', (guessed, plain) => {
    const asked = parseTraceQuery(guessed);
    expect(asked.problems).toEqual([]);
    expect(asked.terms.map(({ term }) => term)).toEqual(parseTraceQuery(plain).terms.map(({ term }) => term));
  });

  it.each([
    ['client:firefox', 'agent:firefox for what a client calls itself'],
    ['level:error', 'the page Logs searches log lines'],
    ['time:14:00', 'the range above the page says when'],
    ['user:robin', 'who is signed in is not recorded'],
    ['referrer:/a', 'are listed on the page of a route, and on Not found'],
    ['slow:true', 'write dur>250ms, db>5ms or reason:slow'],
  ])('%s is explained', (guessed, words) => {
    expect(parseTraceQuery(guessed).problems.join(' ')).toContain(words);
  });

  it('no synonym stands for two keys, and none is explained instead', () => {
    const names = KEYS.flatMap((key) => key.names);
    const words = ASKED_ELSEWHERE.flatMap(([each]) => each);
    expect(new Set([...names, ...words]).size).toBe(names.length + words.length);
  });
});
