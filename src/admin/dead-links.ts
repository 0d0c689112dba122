import { html, type Html } from '../markup/html.ts';
import type { MediaStore } from '../media/media-store.ts';
import { menuOf } from '../site/menu.ts';
import { addressesIn, deadLinks } from '../posts/dead-links.ts';
import type { Post } from '../posts/post.ts';
import { postUrl } from '../posts/post-path.ts';
import type { PostStore } from '../posts/post-store.ts';
import type { Redirects } from '../posts/redirects.ts';

/** Of one text: each takes up to three statements. */
const MAX_CHECKED = 500;
const MAX_SHOWN = 5;

export interface DeadLinkDependencies {
  readonly posts: Pick<PostStore, 'lookup'>;
  readonly media: Pick<MediaStore, 'find'>;
  readonly redirects: Pick<Redirects, 'find'>;
}

/** Links of the text at this path that lead nowhere for readers, as one to a draft does; the first ones of a long list are looked up. */
export function deadLinksOf(
  links: readonly string[],
  path: string,
  { posts, media, redirects }: DeadLinkDependencies,
): readonly string[] {
  const local = links.filter((link) => link.startsWith('/')).slice(0, MAX_CHECKED);
  const isFound = (address: string): boolean =>
    /^(?:post|moved)$/.test(posts.lookup(address).kind) || redirects.find(address) !== undefined;
  return deadLinks(local, {
    hasPage: (to) => to === path || isFound(postUrl(to)),
    hasMedia: (address) => media.find(address) !== undefined,
  });
}

/** `1 link leads nowhere: /x.` Undefined if all links and pictures of the post are there. */
export function deadLinkHint({ html: rendered, path }: Post, deps: DeadLinkDependencies): Html | undefined {
  const { links, pictures } = addressesIn(rendered);
  const nowhere = deadLinksOf(links, path, deps);
  const missing = deadLinksOf(pictures, path, deps);
  if (nowhere.length + missing.length === 0) return undefined;
  return html`${listed(nowhere, 'link leads', 'links lead', 'nowhere')}${listed(missing, 'picture is', 'pictures are', 'missing')}`;
}

/** The same of the entries of a menu. */
export function deadMenuHint(menu: string, deps: DeadLinkDependencies): Html | undefined {
  const addresses = menuOf(menu).map(({ address }) => address);
  return listed(
    deadLinksOf(addresses, '', deps),
    'entry of the menu leads',
    'entries of the menu lead',
    'nowhere',
  );
}

function listed(addresses: readonly string[], one: string, many: string, what: string): Html | undefined {
  const count = addresses.length;
  if (count === 0) return undefined;
  const shown = addresses.slice(0, MAX_SHOWN).join(', ');
  return html` ${count} ${count === 1 ? one : many} ${what}:
    <bdi>${shown}</bdi>${count > MAX_SHOWN && ` and ${count - MAX_SHOWN} more`}.`;
}
