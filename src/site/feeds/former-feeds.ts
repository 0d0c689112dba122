import { tagUrl } from '../../posts/post-path.ts';

/** Feeds of the site at the defaults of Jekyll and Eleventy, Zola, Hugo, Ghost and WordPress. */
const SITE: ReadonlyMap<string, 'rss' | 'atom' | 'json'> = new Map([
  ['feed.xml', 'atom'],
  ['feed/feed.xml', 'atom'],
  ['feed/feed.json', 'json'],
  ['atom.xml', 'atom'],
  ['feed/atom', 'atom'],
  ['index.xml', 'rss'],
  ['rss.xml', 'rss'],
  ['rss', 'rss'],
  ['feed/rss', 'rss'],
  ['feed/rss2', 'rss'],
]);
/** The same of a tag. */
const TAG = /^tags?\/([^/]+)\/(?:(index\.xml|rss|rss\.xml|feed)|atom\.xml|feed\/atom)$/i;

/**
 * The feed at an address where other software has one, so that readers stay subscribed after the blog has moved in. Expects a decoded path
 * without outer slashes; undefined if it is none.
 */
export function formerFeed(path: string): string | undefined {
  const format = SITE.get(path.toLowerCase());
  if (format !== undefined) return `/feed.${format}`;
  const [, tag, rss] = TAG.exec(path) ?? [];
  return tag === undefined ? undefined : `${tagUrl(tag)}/feed.${rss === undefined ? 'atom' : 'rss'}`;
}
