import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MetricsDocument } from '../../src/observatory/facts/metrics-document.ts';
import { BlogProcess } from './blog-process.ts';
import { Visitor } from './visitor.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const LIVE = '/admin/metrics-dashboard/live?page=';
const PASSWORDS = ['amber lantern quietly grows', 'violet ladder slowly turns'] as const;

describe('the live stream of a session', () => {
  const dataDir = temporaryFolder();
  const visitors: Visitor[] = [];
  let blog: BlogProcess;
  let owner: Visitor;

  beforeAll(async () => {
    blog = await BlogProcess.start(dataDir);
    await blog.ask('/health');
    const [, path = '', token = ''] = /(\/admin\/setup\?token=([\w-]+))/.exec(blog.output)!;
    owner = visitor();
    const _csrf = await csrfOf(owner, path);
    const fields = { _csrf, token, password: PASSWORDS[0], repeated: PASSWORDS[0] };
    expect((await owner.send(`${blog.address}/admin/setup`, { fields })).status).toBe(303);
  });
  afterAll(async () => {
    visitors.forEach((each) => each.close());
    await blog.stop();
  });

  function visitor(): Visitor {
    const made = new Visitor();
    visitors.push(made);
    return made;
  }

  async function csrfOf(who: Visitor, path: string): Promise<string> {
    const { text } = await who.send(`${blog.address}${path}`);
    return /name="_csrf" value="([^"]+)"/.exec(text)![1]!;
  }

  async function post(who: Visitor, page: string, path: string, fields: Record<string, string> = {}) {
    const _csrf = await csrfOf(who, page);
    return who.send(`${blog.address}${path}`, { fields: { _csrf, ...fields } });
  }

  async function signedIn(): Promise<Visitor> {
    const made = visitor();
    const answer = await post(made, '/admin/sign-in', '/admin/sign-in', { password: PASSWORDS[0] });
    expect(answer.status).toBe(303);
    return made;
  }

  /** An open stream, once it has sent something. */
  async function stream(cookie: string, path = LIVE): Promise<IncomingMessage> {
    const outgoing = request(`${blog.address}${path}`, { agent: false, headers: { cookie } });
    outgoing.on('error', () => {});
    outgoing.end();
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    answer.on('error', () => {});
    answer.resume();
    if (answer.statusCode === 200) await once(answer, 'data');
    return answer;
  }
  const cookieOf = (who: Visitor): string =>
    [...who.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ');
  /** `aborted`, for an answer that is cut. */
  const ended = (answer: IncomingMessage): Promise<unknown> =>
    answer.closed ? Promise.resolve() : new Promise((resolve) => answer.once('close', resolve));

  it('draws pages outside of every trace: what they read from the database is neither recorded nor counted', async () => {
    const counted = async () => (await blog.metrics<MetricsDocument>()).operations.database.count;
    const watching = await stream(cookieOf(owner));
    const before = await counted();
    for (let moments = 0; moments < 2; moments++)
      await Promise.all([once(watching, 'data'), blog.ask('/favicon.ico')]);
    expect(await counted()).toBe(before);
    watching.destroy();
  });

  it('is cut by signing out, and leaves the streams of others open', async () => {
    const other = await stream(cookieOf(owner));
    const who = await signedIn();
    const theirs = await stream(cookieOf(who));
    await post(who, '/admin/settings', '/admin/sign-out');
    await ended(theirs);
    expect(other.destroyed).toBe(false);
    other.destroy();
  });

  it('is cut when the owner ends its session', async () => {
    const who = await signedIn();
    const theirs = await stream(cookieOf(who));
    const page = await owner.send(`${blog.address}/admin/settings`);
    const [, session = ''] = /name="session" value="(\w+)"/.exec(page.text)!;
    await post(owner, '/admin/settings', '/admin/settings/sessions/end', { session });
    await ended(theirs);
    expect(theirs.closed).toBe(true);
  });

  it('frees its place: forty of them block nobody', async () => {
    const who = await signedIn();
    const theirs = await Promise.all(Array.from({ length: 40 }, () => stream(cookieOf(who))));
    expect((await stream(cookieOf(owner))).statusCode).toBe(503);
    await post(who, '/admin/settings', '/admin/sign-out');
    const ours = await stream(cookieOf(owner));
    expect(ours.statusCode).toBe(200);
    ours.destroy();
    await Promise.all(theirs.map(ended));
  });

  it('is cut by a new password', async () => {
    const who = await signedIn();
    const theirs = await stream(cookieOf(who));
    const [currentPassword, password] = PASSWORDS;
    const fields = { currentPassword, password, repeated: password };
    const answer = await post(owner, '/admin/settings', '/admin/settings/password', fields);
    expect(answer.headers.location).toBe('/admin/settings?done=password');
    await ended(theirs);
  });

  it('is cut by signing out everywhere', async () => {
    const theirs = await stream(cookieOf(owner));
    await post(owner, '/admin/settings', '/admin/sign-out-everywhere');
    await ended(theirs);
    expect(theirs.closed).toBe(true);
  });
});
