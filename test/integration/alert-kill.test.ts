import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { afterThisTest } from '../fixtures/after-tests.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { until } from '../fixtures/until.ts';
import { BlogProcess } from './blog-process.ts';
import { becomeOwner } from './signed-in-owner.ts';

interface Got {
  readonly id: string;
  readonly state: string;
  readonly rule: string;
}

const RULE = 'requests >= 5 over 1h';

/** Keeps what arrives; answers 204, or nothing while `isSilent`. */
async function webhook() {
  const got: Got[] = [];
  const state = { isSilent: false };
  const server = createServer((request, response: ServerResponse) => {
    void text(request).then((body) => {
      const { id, state: of, rule } = JSON.parse(body) as Got;
      got.push({ id, state: of, rule });
      expect(request.headers['idempotency-key']).toBe(id);
      if (!state.isSilent) response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterThisTest(() => {
    server.closeAllConnections();
    server.close();
  });
  return { got, state, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe('alerts of a real process', () => {
  it('arrive after a kill between writing and the answer, with the id of before, and then no more', async () => {
    const receiver = await webhook();
    receiver.state.isSilent = true;
    const folder = temporaryFolder();
    const env = { ALERT_WEBHOOK_URL: receiver.url, ALERT_RULES: RULE, ALERT_PRIVATE_ADDRESSES: 'true' };
    const first = await BlogProcess.start(folder, env);
    const { address } = first;
    // Before there is a message: it writes into the database from here, and a blog that cannot record an answer sends again.
    const owner = await becomeOwner(first);
    for (let visit = 0; visit < 8; visit++) await first.ask('/');
    // The message has arrived, and the blog waits for the answer.
    await until(
      () => receiver.got.length,
      (count) => count === 1,
    );
    expect((await first.ask('/')).status).toBe(200);
    await first.stop('SIGKILL');
    receiver.state.isSilent = false;

    const second = await BlogProcess.start(folder, { ...env, PORT: new URL(address).port });
    afterThisTest(() => second.stop());
    await until(
      () => receiver.got.length,
      (count) => count === 2,
    );
    const [before, after] = receiver.got;
    expect(before).toMatchObject({ state: 'firing', rule: RULE });
    expect(after).toEqual(before);

    // The next message is the owner's own.
    const page = `${second.address}/admin/metrics-dashboard/alerts`;
    const { text: html } = await until(
      () => owner.send(page),
      (answer) => answer.text.includes('answered 204'),
    );
    const csrf = /name="_csrf" value="([^"]+)"/.exec(html)![1]!;
    expect((await owner.send(`${page}/test`, { fields: {} })).status).toBe(403);
    expect((await owner.send(`${page}/test`, { fields: { _csrf: csrf } })).status).toBe(303);
    expect(receiver.got.map(({ state }) => state)).toEqual(['firing', 'firing', 'test']);
    // Alerts are no work of the blog: neither their statements nor their calls are counted.
    const counted = JSON.stringify(await second.metrics('/admin/metrics-dashboard/queries'));
    expect(counted).toMatch(/sessions/);
    expect(counted).not.toContain('alert_');
    expect(await second.stop()).toBe(0);
  });

  it('do not hold up the stop: a receiver that never answers is left', async () => {
    const receiver = await webhook();
    receiver.state.isSilent = true;
    const blog = await BlogProcess.start(temporaryFolder(), {
      ALERT_WEBHOOK_URL: receiver.url,
      ALERT_PRIVATE_ADDRESSES: 'true',
    });
    const owner = await becomeOwner(blog);
    const page = `${blog.address}/admin/metrics-dashboard/alerts`;
    const csrf = /name="_csrf" value="([^"]+)"/.exec((await owner.send(page)).text)![1]!;
    const sent = owner.send(`${page}/test`, { fields: { _csrf: csrf } });
    await until(
      () => receiver.got.length,
      (count) => count === 1,
    );
    // Cut connections would be logged as `stop.cut`, after five seconds.
    expect(await blog.stop()).toBe(0);
    expect((await sent).status).toBe(303);
    expect(blog.output).not.toContain('stop.cut');
  });

  it('do not start with a wrong rule: one error says what is right', async () => {
    await expect(BlogProcess.start(temporaryFolder(), { ALERT_RULES: 'p95 > 5' })).rejects.toThrow(
      /ALERT_RULES="p95 > 5" \(environment\): expected rules such as .*rule 1 \(p95 > 5\): p95 is a duration such as 300ms or 1s, got 5/s,
    );
  });
});
