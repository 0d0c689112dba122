import { describe, expect, it } from '@jest/globals';
import { feedAgent } from '../../../../src/posts/readers/feed-agent.ts';

describe('feedAgent', () => {
  it.each([
    ['Feedly/1.0 (+https://feedly.com/poller.html; 16 subscribers; )', 'Feedly', 16],
    ['Feedbin feed-id:1373711 - 1 subscribers', 'Feedbin', 1],
    ['NewsBlur Feed Fetcher - 5 subscribers - https://www.newsblur.com/site/1/', 'NewsBlur', 5],
    ['Mozilla/5.0 (compatible; BazQux/2.4; +https://bazqux.com/fetcher; 6 subscribers)', 'BazQux', 6],
    [
      'Feedfetcher-Google; (+http://www.google.com/feedfetcher.html; 1 subscriber; feed-id=2)',
      'Feedfetcher-Google',
      1,
    ],
    // Of its own, without a stated count.
    ['FreshRSS/1.24.0 (Linux; https://freshrss.org)', 'FreshRSS', undefined],
    ['Mozilla/5.0 (compatible; Miniflux/2.2.0; +https://miniflux.app)', 'Miniflux', undefined],
    ['NetNewsWire (RSS Reader; https://netnewswire.com/)', 'NetNewsWire', undefined],
    ['Reader with 1,000 subscribers and v2.5 subscribers', 'Reader', undefined],
    // Nothing of an address becomes a name.
    ['192.0.2.7', 'other', undefined],
    ['', 'none', undefined],
  ])('reads %s', (userAgent, reader, subscribers) => {
    expect(feedAgent(userAgent)).toEqual({ reader, subscribers });
  });

  it('counts no crawler, unless it states subscribers', () => {
    expect(
      feedAgent('Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'),
    ).toBeUndefined();
    expect(feedAgent('Superfeedr bot/2.0 (4 subscribers)')?.subscribers).toBe(4);
  });

  it('reads a limited part of a hostile one', () => {
    const hostile = feedAgent(`${'a'.repeat(100_000)} 9 subscribers`);
    expect(hostile?.subscribers).toBeUndefined();
    expect(hostile?.reader.length).toBeLessThanOrEqual(60);
    expect(feedAgent('Liar/1.0 (99999999999 subscribers)')?.subscribers).toBeUndefined();
  });
});
