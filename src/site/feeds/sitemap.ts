import { postUrl } from '../../posts/post-path.ts';
import { escapeXml } from './xml-text.ts';

export interface SitemapEntry {
  readonly path: string;
  readonly updatedAtMillis: number;
}

/** The protocol's limit per file; a larger blog gets an index of files. */
export const MAX_SITEMAP_URLS = 50_000;

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';
const NAMESPACE = 'http://www.sitemaps.org/schemas/sitemap/0.9';

/** One file of addresses, each with the time of its last change. */
export function sitemapXml(entries: readonly SitemapEntry[], origin: string): string {
  const urls = entries.map(
    ({ path, updatedAtMillis }) =>
      `<url><loc>${escapeXml(origin + postUrl(path))}</loc><lastmod>${new Date(updatedAtMillis).toISOString()}</lastmod></url>\n`,
  );
  return `${HEAD}<urlset xmlns="${NAMESPACE}">\n${urls.join('')}</urlset>\n`;
}

/** The index of `/sitemap/1.xml`, `/sitemap/2.xml`, … over `pages` (each at most MAX_SITEMAP_URLS). */
export function sitemapIndexXml(pages: readonly (readonly SitemapEntry[])[], origin: string): string {
  const maps = pages.map((page, index) => {
    const updated = new Date(page.reduce((latest, entry) => Math.max(latest, entry.updatedAtMillis), 0));
    return `<sitemap><loc>${escapeXml(`${origin}/sitemap/${index + 1}.xml`)}</loc><lastmod>${updated.toISOString()}</lastmod></sitemap>\n`;
  });
  return `${HEAD}<sitemapindex xmlns="${NAMESPACE}">\n${maps.join('')}</sitemapindex>\n`;
}

export function sitemapPages(
  entries: readonly SitemapEntry[],
  maxUrls = MAX_SITEMAP_URLS,
): (readonly SitemapEntry[])[] {
  const pages: (readonly SitemapEntry[])[] = [];
  for (let start = 0; start < entries.length; start += maxUrls)
    pages.push(entries.slice(start, start + maxUrls));
  return pages;
}
