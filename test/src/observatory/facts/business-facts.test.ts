import { describe, expect, it } from '@jest/globals';
import { businessDocument, postReads, postsRead } from '../../../../src/observatory/facts/business-facts.ts';

const READS = 'glasshouse.post.reads';

describe('postReads', () => {
  const metrics = [
    { name: READS, attributes: { 'glasshouse.post.path': 'a' }, value: 2 },
    { name: READS, attributes: {}, value: 5 },
    { name: READS, attributes: { 'otel.metric.overflow': true }, value: 4 },
    { name: READS, attributes: { 'glasshouse.post.path': 'b' }, value: 6 },
    // From a history file of before attributes had a namespace.
    { name: READS, attributes: { path: 'b' }, value: 3 },
    { name: 'glasshouse.feed.requests', attributes: { 'glasshouse.feed.format': 'rss' }, value: 4 },
    { name: 'glasshouse.feed.requests', attributes: { format: 'rss' }, value: 5 },
    { name: 'glasshouse.feed.requests', attributes: { format: 'atom' }, value: 1 },
    { name: 'glasshouse.searches', attributes: {}, value: 70 },
  ];

  it('lists posts, most read first, those without a name of their own together', () => {
    expect(postReads(metrics)).toEqual([
      { posts: 'listed', path: 'b', reads: 9 },
      { posts: 'unlisted', path: undefined, reads: 5 },
      { posts: 'other', path: undefined, reads: 4 },
      { posts: 'listed', path: 'a', reads: 2 },
    ]);
  });

  it('counts what was counted under a former name with the rest', () => {
    expect(businessDocument(metrics).feeds).toEqual({ rss: 9, atom: 1, json: 0 });
  });

  it('sums up to the number of posts read', () => {
    expect(postsRead(metrics)).toBe(20);
    expect(businessDocument(metrics).posts_read).toBe(20);
    expect(postsRead([])).toBe(0);
  });
});
