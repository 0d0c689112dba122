import { beforeEach, describe, expect, it } from '@jest/globals';
import { SettingStore } from '../../../src/db/setting-store.ts';
import { ImportLedger } from '../../../src/posts/import/import-ledger.ts';
import { StaleRenders } from '../../../src/posts/stale-renders.ts';
import { draft, temporaryBlog, type TemporaryBlog } from '../temporary-blog.ts';

let blog: TemporaryBlog;
beforeEach(() => {
  blog = temporaryBlog();
});

const log = { info() {}, warn() {} };
const staleRenders = (): StaleRenders => new StaleRenders(blog.database, { posts: blog.posts, log });

/** As an older Glasshouse left it. */
function makeStale(id: number): void {
  blog.database
    .prepare("UPDATE posts SET html = '<script>old</script>', rendered_by = 0 WHERE id = ?")
    .run(id);
}

describe('StaleRenders', () => {
  it('renders posts of an older renderer again, and nothing else', async () => {
    const { id, updatedAtMillis } = blog.posts.create(draft({ markdown: 'So *clear*.' }));
    const other = blog.posts.create(draft({ title: 'Other' }));
    makeStale(id);
    expect(await staleRenders().renderAll()).toBe(1);
    expect(blog.posts.byId(id)).toMatchObject({ html: '<p>So <em>clear</em>.</p>\n', updatedAtMillis });
    expect(blog.posts.byId(other.id)).toEqual(other);
    expect(await staleRenders().renderAll()).toBe(0);
  });

  it('raises the version, so that caches see it, and an import still owns what it made', async () => {
    const { id, version } = blog.posts.create(draft());
    const ledger = new ImportLedger(blog.database);
    ledger.record('key', { postId: id, sourceSha256: 'x', postVersion: version });
    makeStale(id);
    await staleRenders().renderAll();
    expect(blog.posts.byId(id)!.version).toBe(version + 1);
    expect(ledger.find('key')!.postVersion).toBe(version + 1);
  });

  it('leaves the version of a post whose HTML stays the same: its cached pages are right', async () => {
    const { id, version } = blog.posts.create(draft());
    blog.database.prepare('UPDATE posts SET rendered_by = 0 WHERE id = ?').run(id);
    expect(await staleRenders().renderAll()).toBe(1);
    expect(blog.posts.byId(id)!.version).toBe(version);
    expect(await staleRenders().renderAll()).toBe(0);
  });

  it('leaves deleted posts and what was saved meanwhile alone', async () => {
    const deleted = blog.posts.create(draft());
    const saved = blog.posts.create(draft({ title: 'Saved', markdown: 'old' }));
    for (const { id } of [deleted, saved]) makeStale(id);
    blog.posts.remove(deleted.id, deleted.version);
    const running = staleRenders().renderAll();
    const newer = blog.posts.update(saved.id, saved.version, draft({ title: 'Saved', markdown: 'new' }));
    expect(await running).toBe(0);
    expect(blog.posts.byId(saved.id)).toEqual(newer);
  });

  it('writes nothing once it is stopped', async () => {
    const { id } = blog.posts.create(draft());
    makeStale(id);
    const stale = staleRenders();
    const running = stale.renderAll();
    stale.stop();
    expect(await running).toBe(0);
    expect(blog.posts.byId(id)!.html).toContain('old');
  });

  it('renders every post again when the typographer is switched, also while it runs', async () => {
    const markdown = '"so" -- ...';
    const { id, version } = blog.posts.create(draft({ markdown }));
    const other = blog.posts.create(draft({ title: 'Other', markdown, language: 'de' }));
    const html = (post: number): string => blog.posts.byId(post)!.html;
    expect([html(id), html(other.id)]).toEqual(['<p>“so” – …</p>\n', '<p>„so“ – …</p>\n']);
    const settings = new SettingStore(blog.database);
    settings.set('typographer', 'off');
    const stale = staleRenders();
    const running = stale.renderAll();
    settings.set('typographer', 'on');
    expect(stale.renderAll()).toBe(running);
    await running;
    expect(html(other.id)).toBe('<p>„so“ – …</p>\n');
    settings.set('typographer', 'off');
    expect(await stale.renderAll()).toBe(2);
    expect(html(id)).toBe('<p>"so" -- ...</p>\n');
    expect(blog.posts.byId(id)!.version).toBeGreaterThan(version);
  });

  it('renders posts without a language of their own again when the blog has another one', async () => {
    const markdown = '"so"';
    const { id } = blog.posts.create(draft({ markdown, description: '"so"' }));
    const own = blog.posts.create(draft({ title: 'Own', markdown, language: 'en' }));
    const settings = new SettingStore(blog.database);
    settings.set('language', 'de');
    expect(await staleRenders().renderAll()).toBe(1);
    expect(blog.posts.byId(id)).toMatchObject({ html: '<p>„so“</p>\n', summary: '„so“' });
    expect(blog.posts.byId(own.id)).toEqual(own);
    expect(await staleRenders().renderAll()).toBe(0);
    settings.set('typographer', 'off');
    expect(await staleRenders().renderAll()).toBe(2);
    settings.set('language', 'fr');
    expect(await staleRenders().renderAll()).toBe(0);
  });

  it('renders every post again when formulas are switched', async () => {
    const { id } = blog.posts.create(draft({ markdown: 'So $x^2$.' }));
    expect(blog.posts.byId(id)!.html).toBe('<p>So $x^2$.</p>\n');
    const settings = new SettingStore(blog.database);
    settings.set('math', 'on');
    expect(await staleRenders().renderAll()).toBe(1);
    expect(blog.posts.byId(id)!.html).toContain('<msup>');
    settings.set('math', 'off');
    expect(await staleRenders().renderAll()).toBe(1);
    expect(blog.posts.byId(id)!.html).toBe('<p>So $x^2$.</p>\n');
  });
});
