import { expect, it } from '@jest/globals';
import { deadLinkText } from '../../../../src/site/static-copy/dead-link-text.ts';

it('says only of addresses that a copy cannot have that the running blog has them', () => {
  const of = (to: string): string => deadLinkText({ from: '/a', to });
  expect(of('/search')).toBe('Link in /a to /search, which only the running blog has');
  expect(of('/media/lost.png')).toBe('Dead link in /a, as in the blog itself: /media/lost.png');
  expect(of('/lost')).toBe('Dead link in /a, as in the blog itself: /lost');
});
