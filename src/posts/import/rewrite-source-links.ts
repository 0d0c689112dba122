import path from 'node:path';
import { postUrl } from '../post-path.ts';

export interface RewrittenSource {
  readonly markdown: string;
  /** Links to files of the tree that are not posts, as written. */
  readonly broken: readonly string[];
}

// The target of an inline link, a link definition or an href, if it is a Markdown file or begins with Zola's `@/`.
const TARGET =
  /(\]\(\s*<?|^ {0,3}\[[^\]\n]+\]:\s*<?|\shref=["'])(@\/[^\s()>"'#]*|(?![a-z][a-z0-9+.-]*:|\/\/)[^\s()>"'#]*\.md)(?=[\s)>"'#])/gim;

/**
 * Replaces links between a tree's files (`@/section/post.md`, `./other.md`) by the posts' addresses, which `pathOf` returns by path below
 * the content folder.
 */
export function rewriteSourceLinks(
  markdown: string,
  relative: string,
  pathOf: (relative: string) => string | undefined,
): RewrittenSource {
  const broken: string[] = [];
  const rewritten = markdown.replace(TARGET, (whole, before: string, target: string) => {
    const place = target.startsWith('@/')
      ? target.slice(2)
      : path.posix.join(path.posix.dirname(relative), target);
    const post = pathOf(place.replace(/^\/+/, ''));
    if (post !== undefined) return before + postUrl(post);
    broken.push(target);
    return whole;
  });
  return { markdown: rewritten, broken };
}
