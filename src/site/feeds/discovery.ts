import { basePathOf } from '../../http/base-path.ts';
import type { SiteSettings } from '../../db/site-settings.ts';
import { escapeXml } from './xml-text.ts';

/** Crawlers may fetch everything except admin pages and search results, of which there is no end. */
export function robotsText(origin: string): string {
  const base = basePathOf(origin);
  return `User-agent: *\nDisallow: ${base}/admin/\nDisallow: ${base}/search\n\nSitemap: ${origin}/sitemap.xml\n`;
}

/** OpenSearch 1.1: lets a browser search the blog from its address bar. Short names have at most 16 characters. */
export function openSearchXml(site: SiteSettings, origin: string): string {
  const shortName = [...site.title].slice(0, 16).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>
<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">
<ShortName>${escapeXml(shortName)}</ShortName>
<Description>${escapeXml(`Search ${site.title}`.slice(0, 1024))}</Description>
<InputEncoding>UTF-8</InputEncoding>
<Image width="32" height="32" type="image/svg+xml">${escapeXml(origin)}/assets/favicon.svg</Image>
<Url type="text/html" template="${escapeXml(origin)}/search?q={searchTerms}"/>
<Url type="application/opensearchdescription+xml" rel="self" template="${escapeXml(origin)}/opensearch.xml"/>
</OpenSearchDescription>
`;
}

/** The site's feeds as an OPML 2.0 subscription list. */
export function opmlXml(site: SiteSettings, origin: string): string {
  const title = escapeXml(site.title);
  return `<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0">
<head><title>${title}</title></head>
<body><outline type="rss" text="${title}" title="${title}" xmlUrl="${escapeXml(origin)}/feed.rss" htmlUrl="${escapeXml(origin)}/" description="${escapeXml(site.description)}" language="${escapeXml(site.language)}"/></body>
</opml>
`;
}
