import { generateAtomFeed, generateJsonFeed, generateRssFeed } from 'feedsmith';
import type { FeedFormat } from '../../process/business-metrics.ts';
import { formerFeedId, ownPart } from '../../posts/former-feed-ids.ts';
import { postUrl } from '../../posts/post-path.ts';
import type { Post } from '../../posts/post.ts';
import { tagUrl } from '../../posts/post-path.ts';
import type { SiteSettings } from '../../db/site-settings.ts';
import { authorsOf, type Author } from '../author-card.ts';
import { feedContent, newestWithin } from './feed-content.ts';
import { shownLanguage, shownTitle } from '../shown-title.ts';
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
  readonly authors: readonly Author[];
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
  readonly author: Author;
  readonly updated: Date;
}

/** Of texts in a feed, which clients fetch again and again: a feed of long posts has fewer. */
const MAX_FEED_CHARACTERS = 512 * 1024;

/** Renders a feed with full posts, the newest that fit. Control characters and lone surrogates are removed from every text. */
export function formatFeed(format: FeedFormat, source: FeedSource): string {
  const { site, origin, tag } = source;
  const items = newestWithin(
    source.posts.map((post) => itemOf(post, site, origin)),
    MAX_FEED_CHARACTERS,
  );
  const base = `${origin}${tag === undefined ? '' : tagUrl(tag)}`;
  const head: FeedHead = {
    title: xmlText(tag === undefined ? site.title : `${site.title}: ${tag}`),
    description: xmlText(site.description === '' ? site.title : site.description),
    home: tag === undefined ? `${origin}/` : base,
    self: `${base}/feed.${format}`,
    language: site.language,
    author: cleanAuthors([], site, origin)[0]!,
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
    authors: [jsonAuthor(head.author)],
    items: items.map((item) => ({
      id: item.id,
      url: item.url,
      title: item.title,
      summary: item.summary,
      content_html: item.html,
      date_published: item.published,
      date_modified: item.updated,
      tags: [...item.tags],
      authors: item.authors.map(jsonAuthor),
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
    authors: [atomAuthor(head.author)],
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
      authors: item.authors.map(atomAuthor),
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
  const language = shownLanguage(post, site);
  return {
    id: post.feedId ?? formerFeedId(post, origin),
    url,
    title: xmlText(titleText(shownTitle(post, site))).trim(),
    summary: xmlText(post.summary),
    html: feedContent({ ...post, language }, url, origin),
    authors: cleanAuthors(post.authors, site, origin),
    tags: post.tags.map(xmlText).filter((tag) => tag !== ''),
    language,
    published: new Date(post.publishedAtMillis ?? post.createdAtMillis),
    updated: new Date(post.updatedAtMillis),
  };
}

function cleanAuthors(names: readonly string[], site: SiteSettings, origin: string): readonly Author[] {
  return authorsOf(names, site, origin).map((author) => ({ ...author, name: xmlText(author.name) }));
}

const jsonAuthor = ({ name, url, picture }: Author) => ({
  name,
  ...(url !== undefined && { url }),
  ...(picture !== undefined && { avatar: picture }),
});
const atomAuthor = ({ name, url }: Author) => ({ name, ...(url !== undefined && { uri: url }) });

function feedId(origin: string, tag: string | undefined): string {
  return `tag:${new URL(origin).hostname},2026:${ownPart(origin)}feed${tag === undefined ? '' : `/${encodeURIComponent(tag)}`}`;
}
