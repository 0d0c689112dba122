import { existsSync } from 'node:fs';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { AdminServer, type Visitor } from '../accounts/admin-server.ts';

let server: AdminServer;
let owner: Visitor;
beforeEach(async () => {
  server = await new AdminServer().start();
  owner = await server.owner();
});

describe('the page of media', () => {
  it('says that there are none', async () => {
    expect((await owner.get('/admin/media')).text).toContain('There are no files.');
  });

  it('lists each file with its posts and whether readers have it', async () => {
    server.media.put('a & b.png', Buffer.from('a'));
    server.media.put('c.pdf', Buffer.from('c'));
    server.posts.create({ title: 'Uses <it>', markdown: '![A](</media/a & b.png>)', status: 'unlisted' });
    const { text } = await owner.get('/admin/media');
    expect(text).not.toContain('Uses <it>');
    expect(text).toContain('href="/media/c.pdf"');
    expect(text).toMatch(/a%20%26%20b\.png[^]*?Public[^]*?Uses &lt;it&gt;[^]*?c\.pdf[^]*?Hidden[^]*?no post/);
  });

  it('links to further files', async () => {
    for (let index = 100; index < 201; index++) server.media.put(`${index}.txt`, Buffer.from('x'));
    const { text } = await owner.get('/admin/media');
    const next = /href="([^"]+)" rel="next"/.exec(text)![1]!;
    expect(text).not.toContain('200.txt');
    expect((await owner.get(next)).text).toContain('200.txt');
  });

  it('removes a file after asking, naming the posts that lose it', async () => {
    const { media } = server.media.put('gone.png', Buffer.from('x'));
    server.posts.create({ title: 'Loser', markdown: '![A](/media/gone.png)', status: 'unlisted' });
    const asked = await owner.get('/admin/media/remove?name=gone.png');
    expect(asked.text).toContain('Loser');
    const done = await owner.post('/admin/media/remove', { name: 'gone.png' });
    expect([done.status, done.headers['location']]).toEqual([303, '/admin/media?done=removed']);
    expect(existsSync(media.file)).toBe(false);
    expect((await owner.get('/media/gone.png')).status).toBe(404);
    expect((await owner.get('/admin/media/remove?name=gone.png')).status).toBe(404);
  });

  it('is for the owner only', async () => {
    server.media.put('mine.png', Buffer.from('x'));
    const stranger = server.visitor();
    expect((await stranger.get('/admin/media', { Accept: 'application/json' })).status).toBe(401);
  });
});
