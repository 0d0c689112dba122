import { expect, it } from '@jest/globals';
import { deadLinkText, earlyLinkText } from '../../../../src/site/static-copy/dead-link-text.ts';

const LINK = { from: '/a', pages: 1, isInMenu: false };

it('says only of addresses that a copy cannot have that the running blog has them', () => {
  const of = (to: string): string => deadLinkText({ ...LINK, to });
  expect(of('/search')).toBe('Link in /a to /search, which only the running blog has');
  expect(of('/media/lost.png')).toBe('Dead link in /a, as in the blog itself: /media/lost.png');
  expect(of('/lost')).toBe('Dead link in /a, as in the blog itself: /lost');
});

it('says when a scheduled post is there, in the zone of the blog', () => {
  const link = { ...LINK, to: '/later', atMillis: Date.UTC(2026, 2, 1, 9, 30) };
  expect(earlyLinkText(link, 'Europe/Berlin')).toBe(
    'Link in /a to /later, which is scheduled for 2026-03-01 10:30 (Europe/Berlin): a copy made then has it',
  );
});

it('says in how many pages a link is, or that the menu has it', () => {
  const link = { ...LINK, to: '/lost', pages: 1252 };
  expect(deadLinkText(link)).toBe('Dead link in 1,252 pages, the first /a, as in the blog itself: /lost');
  expect(deadLinkText({ ...link, isInMenu: true })).toBe(
    'Dead link in the menu, on 1,252 pages, as in the blog itself: /lost',
  );
});
