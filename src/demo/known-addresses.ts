import type { Agent } from 'node:http';
import { fetchAnswer, fetchText, linksIn, postsIn } from './fetch-links.ts';
import type { KnownAddresses } from './replay-map.ts';

/** Limit of posts whose pictures are looked up. */
const POSTS_READ_FOR_MEDIA = 60;

/** Collects the blog's addresses from its pages; `onPicture` gets the status of each picture. */
export async function addressesOf(
  blog: string,
  agent: Agent,
  onPicture: (status: number) => void = () => {},
): Promise<KnownAddresses> {
  const [sitemap, front, tags] = await Promise.all(
    ['/sitemap.xml', '/', '/tags'].map((path) => fetchText(blog, path, agent)),
  );
  const posts = postsIn(sitemap!);
  const media = new Set<string>();
  for (const post of posts.slice(0, POSTS_READ_FOR_MEDIA)) {
    for (const link of linksIn(await fetchText(blog, post, agent), /src="(\/media\/[^"]+)"/g))
      media.add(link);
  }
  return {
    posts,
    assets: linksIn(front!, /href="(\/assets\/[^"]+)"/g),
    // An import may lack pictures that its posts show.
    media: (
      await Promise.all(
        [...media].map(async (path) => {
          const { status } = await fetchAnswer(blog, path, { agent, method: 'HEAD' });
          onPicture(status);
          return status === 200 ? [path] : [];
        }),
      )
    ).flat(),
    tags: linksIn(tags!, /href="(\/tags\/[^"]+)"/g),
  };
}
