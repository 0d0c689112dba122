import { beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { AdminServer, type Visitor } from '../accounts/admin-server.ts';

let server: AdminServer;
let owner: Visitor;
beforeAll(async () => {
  server = await new AdminServer().start();
  owner = await server.owner();
});

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'text/html' };

/** Sends a head and some of its body, and answers the status line that comes back before there is more. */
async function statusOf(head: string, body: string): Promise<string> {
  const socket = connect(Number(new URL(server.origin).port), '127.0.0.1').setEncoding('latin1');
  socket.write(`${head}\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n`);
  socket.write(`Content-Length: 1000000\r\n\r\n${body}`);
  const [text] = (await once(socket, 'data')) as [string];
  socket.destroy();
  return text.slice(0, 12);
}

describe('a form without a session', () => {
  it('is refused before it has arrived', async () => {
    expect(await statusOf('POST /admin/posts HTTP/1.1', 'title=')).toBe('HTTP/1.1 403');
    expect(await statusOf('POST /admin/posts/preview HTTP/1.1', '')).toBe('HTTP/1.1 403');
  });

  it('is refused by Content-Length if strangers may send it', async () => {
    expect(await statusOf('POST /admin/sign-in HTTP/1.1', 'password=')).toBe('HTTP/1.1 413');
    expect(await statusOf('POST /admin/setup HTTP/1.1', '')).toBe('HTTP/1.1 413');
  });

  it('is not given back', async () => {
    const body = new URLSearchParams({ markdown: 'a stranger wrote this' }).toString();
    const answer = await server.ask('/admin/posts', { method: 'POST', headers: FORM, body });
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('Sign in first');
    expect(answer.text).not.toContain('a stranger wrote this');
  });
});

describe('a form', () => {
  const post = (body: string, headers: Readonly<Record<string, string>> = {}) =>
    server.ask('/admin/posts', {
      method: 'POST',
      headers: {
        ...FORM,
        Cookie: owner.cookieHeader,
        Origin: server.origin,
        'X-CSRF-Token': owner.csrfToken,
        ...headers,
      },
      body,
    });

  it('has names that are plain text: brackets make nothing', async () => {
    const answer = await post(`title=Flat&status=draft&a${'[b]'.repeat(200_000)}=1&title[x]=2`);
    expect(answer.status).toBe(303);
    expect(server.posts.allForAdmin({ text: 'Flat' }).posts.map(({ title }) => title)).toEqual(['Flat']);
  });

  it('that was sent a field twice has none of that name', async () => {
    expect((await post('title=One&title=Two&status=draft')).status).toBe(422);
  });

  it('has at most as many fields as ours have, and is not compressed', async () => {
    expect((await post(`title=Many&status=draft${'&a'.repeat(1_000_000)}`)).status).toBe(303);
    expect((await post(`${'a&'.repeat(1000)}title=Behind&status=draft`)).status).toBe(422);
    expect((await post('title=x', { 'Content-Encoding': 'gzip' })).status).toBe(415);
    expect(
      (await post('title=x', { 'Content-Type': `${FORM['Content-Type']}; charset=utf-16` })).status,
    ).toBe(415);
  });

  it('is refused beyond the limit, with and without Content-Length', async () => {
    const text = `title=Long&markdown=${'x'.repeat(33 * 1024 * 1024)}`;
    const told = await post(text);
    expect([told.status, told.text]).toEqual([413, expect.stringContaining('32 MB')]);
    expect((await post(text, { 'Transfer-Encoding': 'chunked' })).status).toBe(413);
  });

  it('that does not arrive whole changes nothing', async () => {
    const before = server.database.prepare('SELECT count(*) FROM posts').pluck().get();
    const socket = connect(Number(new URL(server.origin).port), '127.0.0.1');
    socket.write(
      `POST /admin/posts HTTP/1.1\r\nHost: a\r\nCookie: ${owner.cookieHeader}\r\nX-CSRF-Token: ${owner.csrfToken}\r\n` +
        `Content-Type: ${FORM['Content-Type']}\r\nContent-Length: 100\r\n\r\ntitle=Half&status=draft`,
    );
    await once(socket, 'ready');
    socket.end();
    await new Promise((resolve) => socket.resume().once('close', resolve));
    expect(server.database.prepare('SELECT count(*) FROM posts').pluck().get()).toBe(before);
  });
});
