import { request, type Agent } from 'node:http';
import { decodeHTMLAttribute } from 'entities';
import { basePathOf } from '../http/base-path.ts';

/** The URL of a path of the blog, whose address may have a base path. */
export function addressIn(blog: string, path: string): URL {
  return new URL(basePathOf(blog) + path, blog);
}

/** Fetches a page, with links as paths of the blog; rejects if the address does not answer. */
export async function fetchText(blog: string, path: string, agent: Agent): Promise<string> {
  const { text } = await fetchAnswer(blog, path, { agent });
  return text.replaceAll(`${basePathOf(blog)}/`, '/');
}

/** The answer to a request without a body. Asks once more if the server closes a kept connection just as it is used (RFC 9110, 9.2.2). */
export function fetchAnswer(
  blog: string,
  path: string,
  options: { readonly agent: Agent; readonly method?: string },
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(addressIn(blog, path), options, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => (text += part));
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode!, text }));
    });
    outgoing.on('error', (error) =>
      outgoing.reusedSocket ? resolve(fetchAnswer(blog, path, options)) : reject(error),
    );
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
