import { generateAtomFeed, generateJsonFeed, generateRssFeed } from 'feedsmith';
import type { FeedFormat } from '../../process/business-metrics.ts';
import { formerFeedId, ownPart } from '../../posts/former-feed-ids.ts';
import { postUrl } from '../../posts/post-path.ts';
import type { Post } from '../../posts/post.ts';
import { tagUrl } from '../../http/absolute-url.ts';
import { authorOf, type SiteSettings } from '../../db/site-settings.ts';
import { withAbsoluteLinks } from './absolute-links.ts';
import { xmlText } from './xml-text.ts';
import { titleText } from '../../markup/title.ts';

/** The only input of a feed: the same input gives the same bytes. */
export interface FeedSource {
  readonly site: SiteSettings;
  /** The public scheme, host, port and, if any, base path. */
  readonly origin: string;
  readonly tag: string | undefined;
  /** Newest first. */
  readonly posts: readonly Post[];
}

interface Item {
  readonly id: string;
  readonly url: string;
  readonly title: string;
  readonly summary: string;
  readonly html: string;
  readonly authors: readonly { readonly name: string }[];
  readonly tags: readonly string[];
  readonly language: string;
  readonly published: Date;
  readonly updated: Date;
}

/** The feed's own metadata, the same in every format. */
interface FeedHead {
  readonly title: string;
  readonly description: string;
  readonly home: string;
  readonly self: string;
  readonly language: string;
  readonly author: { readonly name: string };
  readonly updated: Date;
}

/** Renders a feed with full posts. Control characters and lone surrogates are removed from every text. */
export function formatFeed(format: FeedFormat, source: FeedSource): string {
  const { site, origin, tag } = source;
  const items = source.posts.map((post) => itemOf(post, site, origin));
  const base = `${origin}${tag === undefined ? '' : tagUrl(tag)}`;
  const head: FeedHead = {
    title: xmlText(tag === undefined ? site.title : `${site.title}: ${tag}`),
    description: xmlText(site.description === '' ? site.title : site.description),
    home: tag === undefined ? `${origin}/` : base,
    self: `${base}/feed.${format}`,
    language: site.language,
    author: { name: xmlText(authorOf(site)) },
    updated: new Date(Math.max(0, ...items.map((item) => item.updated.getTime()))),
  };
  if (format === 'json') return jsonFeed(head, items, `${origin}/assets/favicon.svg`);
  const xml = format === 'atom' ? atomFeed(head, items, feedId(origin, tag)) : rssFeed(head, items);
  return withoutIndentation(xml);
}

function jsonFeed(head: FeedHead, items: readonly Item[], favicon: string): string {
  const feed = generateJsonFeed({
    title: head.title,
    description: head.description,
    home_page_url: head.home,
    feed_url: head.self,
    favicon,
    language: head.language,
    authors: [head.author],
    items: items.map((item) => ({
      id: item.id,
      url: item.url,
      title: item.title,
      summary: item.summary,
      content_html: item.html,
      date_published: item.published,
      date_modified: item.updated,
      tags: [...item.tags],
      authors: [...item.authors],
      language: item.language,
    })),
  });
  return JSON.stringify(feed);
}

function atomFeed(head: FeedHead, items: readonly Item[], id: string): string {
  return generateAtomFeed({
    id,
    title: { value: head.title, type: 'text' },
    subtitle: { value: head.description, type: 'text' },
    updated: head.updated,
    authors: [head.author],
    generator: { text: 'Glasshouse' },
    links: [
      { href: head.self, rel: 'self', type: 'application/atom+xml' },
      { href: head.home, rel: 'alternate', type: 'text/html' },
    ],
    xml: { lang: head.language },
    entries: items.map((item) => ({
      id: item.id,
      title: { value: item.title, type: 'text' },
      summary: { value: item.summary, type: 'text' },
      content: { value: item.html, type: 'html' },
      published: item.published,
      updated: item.updated,
      authors: [...item.authors],
      categories: item.tags.map((term) => ({ term })),
      links: [{ href: item.url, rel: 'alternate', type: 'text/html' }],
      xml: { lang: item.language },
    })),
  });
}

function rssFeed(head: FeedHead, items: readonly Item[]): string {
  return generateRssFeed({
    title: head.title,
    link: head.home,
    description: head.description,
    language: head.language,
    lastBuildDate: head.updated,
    generator: 'Glasshouse',
    docs: 'https://www.rssboard.org/rss-specification',
    atom: { links: [{ href: head.self, rel: 'self', type: 'application/rss+xml' }] },
    items: items.map((item) => ({
      title: item.title,
      link: item.url,
      guid: { value: item.id, isPermaLink: false },
      pubDate: item.published,
      description: item.summary === '' ? item.title : item.summary,
      categories: item.tags.map((name) => ({ name })),
      content: { encoded: item.html },
      dc: { creators: item.authors.map(({ name }) => name) },
    })),
  });
}

/** The XML writer puts text with a `<` on its own line; this removes the whitespace around it. */
function withoutIndentation(xml: string): string {
  return xml
    .replace(/(<(?:title|subtitle|description|summary)(?: [^<>]*)?>)\n\s*<!\[CDATA\[/g, '$1<![CDATA[')
    .replace(/\]\]>\n\s*<\/(title|subtitle|description|summary)>/g, ']]></$1>');
}

function itemOf(post: Post, site: SiteSettings, origin: string): Item {
  const url = origin + postUrl(post.path);
  const authors = post.authors.length > 0 ? post.authors : [authorOf(site)];
  return {
    id: post.feedId ?? formerFeedId(post, origin),
    url,
    title: xmlText(titleText(post.title)),
    summary: xmlText(post.summary),
    html: xmlText(withAbsoluteLinks(post.html, url, origin)),
    authors: authors.map((name) => ({ name: xmlText(name) })),
    tags: post.tags.map(xmlText).filter((tag) => tag !== ''),
    language: post.language,
    published: new Date(post.publishedAtMillis ?? post.createdAtMillis),
    updated: new Date(post.updatedAtMillis),
  };
}

function feedId(origin: string, tag: string | undefined): string {
  return `tag:${new URL(origin).hostname},2026:${ownPart(origin)}feed${tag === undefined ? '' : `/${encodeURIComponent(tag)}`}`;
}
