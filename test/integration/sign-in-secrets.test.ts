import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BlogProcess, TOKEN } from './blog-process.ts';
import { addressesIn } from './prefix-crawl.ts';
import { Visitor, type Visit } from './visitor.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const DASHBOARD = '/admin/metrics-dashboard';
const PASSWORD = 'correct horse battery staple';
/** Each is sent in another place; none may come back. */
const secret = (place: string): string => `SECRET-${place}-7hs9Kq2`;
const MAX_ANSWERS = 800;

/** Addresses that carry a secret in their query, as they are met on the way to a session. */
const ADDRESSES = [
  `/admin/sign-in?next=%2Fadmin&token=${secret('sign-in')}`,
  `/admin/sign-in?Token=${secret('capital')}&PASSWORD=${secret('shouted')}`,
  `/admin/sign-in?next=${encodeURIComponent(`/demo/sign-in?token=${secret('nested')}`)}`,
  `/admin/sign-in?next=${encodeURIComponent(encodeURIComponent(`/a?token=${secret('nested-twice')}`))}`,
  `/admin/sign-in?${secret('bare')}`,
  `/admin/sign-in?next=/admin#token=${secret('hash')}`,
  `/admin/setup?token=${secret('setup')}`,
  `/admin/setup/?token=${secret('setup-slash')}`,
  `/admin/reset?code=${secret('reset')}`,
  `/admin/shared-trace?token=${secret('shared')}`,
  `/demo/sign-in?token=${secret('demo')}`,
  `/no-such-page?reset_token=${secret('snake')}&apiKey=${secret('camel')}&auth=${secret('auth')}`,
  `/search?q=tea&access_token=${secret('search')}`,
  `/search?q=tea&token=${secret('first')}&token=${secret('second')}`,
  `${DASHBOARD}?token=${secret('dashboard')}`,
];

/** Everything that the observatory answers, as a page, as data and as files. */
async function everyAnswer(visitor: Visitor, origin: string): Promise<ReadonlyMap<string, Visit>> {
  const answers = new Map<string, Visit>();
  const kinds = new Set<string>();
  const queue = ['', '/routes', '/queries', '/slow', '/failures', '/traces'].map(
    (path) => `${origin}${DASHBOARD}${path}?from=-1h`,
  );
  const known = new Set(queue);
  for (let address = queue.shift(); address !== undefined; address = queue.shift()) {
    if (answers.size >= MAX_ANSWERS) throw new Error(`more than ${MAX_ANSWERS} addresses, as ${address}`);
    const visit = await visitor.send(address);
    answers.set(address, visit);
    for (const { url, by } of addressesIn(visit, address)) {
      url.hash = '';
      if (by !== 'link' || url.origin !== origin || !url.pathname.startsWith(DASHBOARD)) continue;
      if (known.has(url.href)) continue;
      known.add(url.href);
      const names = [...url.searchParams.keys()].filter((name) => !/^(?:from|to)$/.test(name)).join();
      const format = url.searchParams.get('format') ?? '';
      // Every trace in every format; of its views, as of all that differs by a value only, one.
      const isPlain = names === '' || names === 'format';
      const path = isPlain ? url.pathname : url.pathname.replace(/[0-9a-f]{32}/, '');
      const kind = `${path} ${format} ${names}`;
      if (kinds.has(kind)) continue;
      kinds.add(kind);
      queue.push(url.href);
    }
  }
  return answers;
}

describe('a secret in the query of a sign-in, a set-up or a reset', () => {
  const dataDir = temporaryFolder();
  const visitor = new Visitor();
  let blog: BlogProcess;
  let setupToken: string;
  const secrets: string[] = [];
  let answers: ReadonlyMap<string, Visit>;

  beforeAll(async () => {
    blog = await BlogProcess.start(dataDir, { LOG_LEVEL: 'debug' });
    // Printed by then: it listens before it answers.
    await visitor.send(`${blog.address}/health`);
    setupToken = /\/admin\/setup\?token=([\w-]+)/.exec(blog.output)![1]!;
    const form = await visitor.send(`${blog.address}/admin/setup?token=${setupToken}`);
    const csrf = /name="_csrf" value="([^"]+)"/.exec(form.text)![1]!;
    const fields = { _csrf: csrf, token: setupToken, password: PASSWORD, repeated: PASSWORD };
    expect((await visitor.send(`${blog.address}/admin/setup`, { fields })).status).toBe(303);
    const stranger = new Visitor();
    for (const path of ADDRESSES) {
      const headers = {
        authorization: `Bearer ${secret('bearer')}`,
        cookie: `theirs=${secret('cookie')}`,
        referer: `${blog.address}/demo/sign-in?token=${secret('referer')}`,
      };
      await stranger.send(`${blog.address}${path}`, { headers });
    }
    const signIn = await stranger.send(`${blog.address}/admin/sign-in`);
    const guess = {
      _csrf: /name="_csrf" value="([^"]+)"/.exec(signIn.text)![1]!,
      password: secret('password'),
      next: `/admin?token=${secret('field')}`,
    };
    await stranger.send(`${blog.address}/admin/sign-in?token=${secret('posted')}`, { fields: guess });
    stranger.close();
    secrets.push('SECRET-', setupToken, PASSWORD, TOKEN);
    secrets.push(...[...visitor.cookies.values()].map(({ value }) => value));
    answers = await everyAnswer(visitor, blog.address);
  });
  afterAll(async () => {
    visitor.close();
    await blog.stop();
  });

  const leaksIn = (texts: Iterable<readonly [string, string]>): string[] =>
    [...texts].flatMap(([address, text]) =>
      secrets.flatMap((each) => {
        const at = text.indexOf(each);
        return at < 0 ? [] : [`${address}: …${text.slice(Math.max(0, at - 80), at + 40)}…`];
      }),
    );

  it('covers all of these requests: their traces are kept and checked', () => {
    const pages = [...answers.values()].map(({ text }) => text).join('\n');
    // Not `toContain`: what fails would print all of them.
    const words = [
      '/admin/sign-in',
      '/admin/setup',
      '/search',
      'The query is left out: at this address it is a',
    ];
    expect(words.filter((each) => !pages.includes(each))).toEqual([]);
    const formats = new Set(
      [...answers.keys()].map((address) => new URL(address).searchParams.get('format')),
    );
    expect([...formats].sort()).toEqual(['csv', 'har', 'json', 'otlp', null].sort());
    const traces = new Set([...answers.keys()].flatMap((each) => /traces\/[0-9a-f]{32}/.exec(each) ?? []));
    expect(traces.size).toBeGreaterThanOrEqual(ADDRESSES.length);
    for (const [address, { status }] of answers) expect([address, status]).toEqual([address, 200]);
  });

  it('is on no page of the observatory, nor in its JSON, CSV, HAR, OTLP or commands', () => {
    expect(leaksIn([...answers].map(([address, { text }]) => [address, text] as const))).toEqual([]);
  });

  it('is not in what scripts and probes read, nor in the log', async () => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const texts = await Promise.all(
      ['/metrics', '/admin/metrics', '/health'].map(async (path) => {
        const { status, body } = await blog.ask(path, { headers });
        expect([path, status]).toEqual([path, 200]);
        return [path, body.toString()] as const;
      }),
    );
    const health = await visitor.send(`${blog.address}/admin/health`);
    expect(health.status).toBe(200);
    // The set-up link is printed for the owner to follow.
    const log = blog.output.replaceAll(`/admin/setup?token=${setupToken}`, '');
    expect(leaksIn([...texts, ['/admin/health', health.text], ['the log', log]])).toEqual([]);
  });
});
