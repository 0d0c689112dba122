import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { openDatabase } from '../../../src/db/open-database.ts';
import { SettingStore } from '../../../src/db/setting-store.ts';
import { ContentClock } from '../../../src/posts/content-clock.ts';
import { PostStore } from '../../../src/posts/post-store.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

function setUp() {
  const database = openDatabase(':memory:');
  let nowMillis = Date.UTC(2026, 2, 20, 12, 0, 0, 400);
  const now = () => nowMillis;
  const posts = new PostStore(database, { now });
  const settings = new SettingStore(database);
  const clock = new ContentClock(database, { now });
  return {
    database,
    posts,
    settings,
    clock,
    now,
    advance: (millis: number) => (nowMillis += millis),
  };
}
const draft = { title: 'A', markdown: 'a', status: 'published' as const, path: 'a' };

describe('ContentClock', () => {
  it('does not advance while nothing changes', () => {
    const { clock, advance } = setUp();
    const first = clock.state();
    advance(86_400_000);
    expect(clock.state()).toEqual(first);
  });

  it('advances by at least a second per change, also for several changes within one', () => {
    const { clock, posts, now } = setUp();
    const seen = [clock.state().changedMillis];
    const post = posts.create(draft);
    seen.push(clock.state().changedMillis);
    posts.update(
      post.id,
      post.version,
      { ...draft, markdown: 'b' },
      { updatedAtMillis: Date.UTC(2020, 0, 1) },
    );
    seen.push(clock.state().changedMillis);
    posts.remove(post.id, post.version + 1);
    seen.push(clock.state().changedMillis);
    for (let index = 1; index < seen.length; index++)
      expect(seen[index]! - seen[index - 1]!).toBeGreaterThanOrEqual(1000);
    expect(seen.every((millis) => millis % 1000 === 0)).toBe(true);
    expect(seen[0]!).toBeLessThanOrEqual(now());
  });

  it('advances at once with a change of its own process, and by the next turn with one of another', async () => {
    const file = join(temporaryFolder(), 'glasshouse.db');
    const [database, another] = [openDatabase(file), openDatabase(file)];
    const clock = new ContentClock(database, { now: Date.now });
    const keys = [clock.state().key];
    new PostStore(another).create(draft);
    await setImmediate();
    keys.push(clock.state().key);
    new PostStore(database).create({ ...draft, path: 'b' });
    keys.push(clock.state().key);
    expect(new Set(keys).size).toBe(3);
    for (const each of [database, another]) each.close();
  });

  it('advances when a scheduled post is published', () => {
    const { clock, posts, now, advance } = setUp();
    posts.create({ ...draft, publishedAtMillis: now() + 5000 });
    const before = clock.state();
    advance(4999);
    expect(clock.state().key).toBe(before.key);
    advance(1);
    expect(clock.state().key).not.toBe(before.key);
  });

  it('knows whether there is a page about', () => {
    const { clock, posts } = setUp();
    expect(clock.state().hasAbout).toBe(false);
    const about = posts.create({ ...draft, path: 'about', status: 'unlisted' });
    expect(clock.state().hasAbout).toBe(true);
    posts.remove(about.id, about.version);
    expect(clock.state().hasAbout).toBe(false);
  });

  it('does not advance with drafts, other changes that readers do not see, and sign-ins', () => {
    const { database, clock, posts, now, advance } = setUp();
    posts.create(draft);
    const before = clock.state();
    advance(60_000);
    const hidden = [
      posts.create({ ...draft, path: 'b', status: 'draft' }),
      posts.create({ ...draft, path: 'c', publishedAtMillis: now() + 86_400_000 }),
      posts.create({ ...draft, path: 'd', status: 'unlisted' }),
    ];
    for (const { id, version } of hidden) {
      posts.update(id, version, { ...posts.byId(id)!, markdown: 'more' });
      posts.remove(id, version + 1);
    }
    database
      .prepare("INSERT INTO sign_in_attempts (subject, attempted_at, succeeded) VALUES ('account:x', 1, 0)")
      .run();
    expect(clock.state()).toEqual(before);
  });

  it.each<[string, (blog: ReturnType<typeof setUp>) => void]>([
    ['the blog’s title', ({ settings }) => settings.set('title', 'Another')],
    ['a withdrawn post', ({ posts }) => posts.update(1, 1, { ...posts.byId(1)!, status: 'draft' })],
    ['a restored post', ({ posts }) => (posts.remove(1, 1), posts.restore(1))],
  ])('moves on with %s', (_what, change) => {
    const blog = setUp();
    blog.posts.create(draft);
    const before = blog.clock.state();
    blog.advance(5000);
    change(blog);
    const after = blog.clock.state();
    expect(after.key).not.toBe(before.key);
    expect(after.changedMillis).toBeGreaterThan(before.changedMillis);
  });
});
