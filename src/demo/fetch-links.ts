import { request, type Agent } from 'node:http';
import { decodeHTMLAttribute } from 'entities';
import { basePathOf } from '../http/base-path.ts';

/** Where a path of the blog is; the blog's address may itself have a path. */
export function addressIn(blog: string, path: string): URL {
  return new URL(basePathOf(blog) + path, blog);
}

/** A page's text, its links as paths of the blog; an address that does not answer rejects. */
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

/** What the first group of a pattern finds, each once, character references decoded. */
export function linksIn(page: string, pattern: RegExp): string[] {
  return [...new Set([...page.matchAll(pattern)].map((match) => decodeHTMLAttribute(match[1]!)))];
}
