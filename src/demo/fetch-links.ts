import { request, type Agent } from 'node:http';
import { decodeHTMLAttribute } from 'entities';
import { basePathOf } from '../http/base-path.ts';

/** The URL of a path of the blog, whose address may have a base path. */
export function addressIn(blog: string, path: string): URL {
  return new URL(basePathOf(blog) + path, blog);
}

/** Fetches a page, with links as paths of the blog; rejects if the address does not answer. */
export function fetchText(blog: string, path: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(addressIn(blog, path), { agent }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => (text += part));
      answer.on('end', () => resolve(text.replaceAll(`${basePathOf(blog)}/`, '/')));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

/** The posts of a sitemap, as paths of the blog. */
export function postsIn(sitemap: string): string[] {
  return linksIn(sitemap, /<loc>[a-z]+:\/\/[^/]+(\/[^<]+)<\/loc>/g).filter(
    (path) => !/^\/(?:tags|archive|sitemap)/.test(path),
  );
}

/** Unique matches of a pattern's first group, with character references decoded. */
export function linksIn(page: string, pattern: RegExp): string[] {
  return [...new Set([...page.matchAll(pattern)].map((match) => decodeHTMLAttribute(match[1]!)))];
}
