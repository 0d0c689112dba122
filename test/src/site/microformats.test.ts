import { beforeAll, describe, expect, it } from '@jest/globals';
import { mf2 } from 'microformats-parser';
import type { Post } from '../../../src/posts/post.ts';
import { ReaderServer } from '../reader-server.ts';

const HOSTILE = '</span><b>"& \u202e</b>';
const DAY = 86_400_000;

let server: ReaderServer;
let posts: readonly Post[];
beforeAll(async () => {
  server = await new ReaderServer({ publicUrl: 'https://blog.example' }).start();
  server.site.save({
    ...server.site.values,
    title: 'Field notes',
    author: 'Ada',
    authorPicture: '/media/ada.jpg',
  });
  posts = [
    server.publish({
      title: 'Plain',
      path: '2026/03/plain',
      markdown: '## One\n\nText.\n\n![a](https://a.example/b.png)',
    }),
    server.publish({
      title: `A ${HOSTILE}`,
      path: 'hostile/\u00fc-b',
      description: HOSTILE,
      tags: [HOSTILE, 'glass'],
      authors: ['Ada', HOSTILE],
      publishedAtMillis: server.nowMillis - 3 * DAY,
    }),
    server.publish({
      title: 'שלום',
      path: 'shalom',
      language: 'he',
      markdown: 'טקסט',
      publishedAtMillis: server.nowMillis - 4 * DAY,
    }),
  ];
});

const ADA = { name: ['Ada'], url: ['https://blog.example/'], photo: ['https://blog.example/media/ada.jpg'] };
const addressOf = ({ path }: Post): string =>
  `https://blog.example/${path.split('/').map(encodeURIComponent).join('/')}`;
const iso = (millis: number): string => new Date(millis).toISOString();

async function parsed(path: string) {
  return mf2((await server.ask(path)).text, { baseUrl: `https://blog.example${path}` });
}

/** What was stored, as properties of an h-entry. */
function stored(post: Post) {
  const authors = post.authors.length === 0 ? ['Ada'] : post.authors;
  return {
    name: [post.title],
    published: [iso(post.publishedAtMillis!)],
    updated: [iso(post.updatedAtMillis)],
    url: [addressOf(post)],
    ...(post.summary !== '' && { summary: [post.summary] }),
    ...(post.tags.length > 0 && { category: post.tags }),
    author: authors.map((name) =>
      expect.objectContaining({ type: ['h-card'], properties: name === 'Ada' ? ADA : { name: [name] } }),
    ),
    content: [expect.objectContaining({ value: expect.not.stringContaining('#') })],
  };
}

describe('microformats of a page, read by their own parser', () => {
  it.each([0, 1, 2])('are what is stored: post %i', async (index) => {
    const post = posts[index]!;
    const { items } = await parsed(new URL(addressOf(post)).pathname);
    expect(items).toEqual([{ type: ['h-entry'], properties: stored(post) }]);
  });

  it('have the text of the post as it is stored, without signs of the page', async () => {
    const { items } = await parsed('/2026/03/plain');
    const [content] = items[0]!.properties['content']!;
    expect(content).toEqual({
      html: posts[0]!.html.trim(),
      value: expect.stringMatching(/^One\s+Text\.\s+a$/),
    });
  });

  it('are a feed on every list: whose, where, and of which posts', async () => {
    for (const [path, name] of [
      ['/', 'Field notes'],
      ['/archive/2026', '2026'],
      ['/tags/glass', 'glass'],
    ] as const) {
      const { items } = await parsed(path);
      const listed = path === '/tags/glass' ? [posts[1]!] : posts;
      expect(items).toHaveLength(1);
      expect(items[0]).toMatchObject({
        type: ['h-feed'],
        properties: {
          name: [name],
          url: [`https://blog.example${path}`],
          author: [{ type: ['h-card'], properties: ADA }],
        },
      });
      expect(items[0]!.children!.map(({ properties }) => properties)).toEqual(
        listed.map((post) => ({
          name: [post.title],
          published: [iso(post.publishedAtMillis!)],
          url: [addressOf(post)],
          ...(post.summary !== '' && { summary: [post.summary] }),
        })),
      );
    }
  });
});
