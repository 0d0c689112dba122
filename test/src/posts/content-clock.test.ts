import { describe, expect, it } from '@jest/globals';
import { openDatabase } from '../../../src/db/open-database.ts';
import { ContentClock } from '../../../src/posts/content-clock.ts';
import { PostStore } from '../../../src/posts/post-store.ts';

function setUp() {
  const database = openDatabase(':memory:');
  let nowMillis = Date.UTC(2026, 2, 20, 12, 0, 0, 400);
  const now = () => nowMillis;
  const posts = new PostStore(database, { now });
  let changes = 0;
  const clock = new ContentClock(database, { now, onChange: () => changes++ });
  return { posts, clock, now, advance: (millis: number) => (nowMillis += millis), changes: () => changes };
}
const draft = { title: 'A', markdown: 'a', status: 'published' as const, path: 'a' };

describe('ContentClock', () => {
  it('stands still while nothing changes', () => {
    const { clock, advance, changes } = setUp();
    const first = clock.state();
    advance(86_400_000);
    expect(clock.state()).toEqual(first);
    expect(changes()).toBe(1);
  });

  it('moves on by at least a second for each change, also for several within one', () => {
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

  it('moves on when a scheduled post’s time comes', () => {
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
});
