import { html, type Html } from '../markup/html.ts';
import { mediaPath } from '../media/media-path.ts';
import type { MediaStore } from '../media/media-store.ts';
import { menuOf } from '../site/menu.ts';
import { addressesIn, deadLinks } from '../posts/dead-links.ts';
import type { FoundPost } from '../posts/found-posts.ts';
import type { Post } from '../posts/post.ts';
import { decodePath, postUrl, withoutFileName } from '../posts/post-path.ts';
import type { PostStore } from '../posts/post-store.ts';
import { shortLinkOf } from '../posts/short-link.ts';
import type { Redirects } from '../posts/redirects.ts';
import { toLocalText } from '../markup/zoned-time.ts';

/** Of one text. */
const MAX_CHECKED = 500;
const MAX_SHOWN = 5;

export interface DeadLinkDependencies {
  readonly posts: Pick<PostStore, 'found'>;
  readonly media: Pick<MediaStore, 'findAll'>;
  readonly redirects: Pick<Redirects, 'among'>;
}

/** A link to a post that readers cannot see yet. */
interface EarlyLink {
  readonly address: string;
  /** When they can. */
  readonly atMillis: number;
}

export interface BrokenLinks {
  /** Those that lead nowhere for readers, as one to a draft does. */
  readonly dead: readonly string[];
  readonly early: readonly EarlyLink[];
}

/** Where a text is, and from when on readers see it. */
interface LinkingText {
  readonly path: string;
  /** Epoch milliseconds; undefined: now. */
  readonly atMillis?: number | null | undefined;
}

/** Links that are broken for readers of a text; the first ones of a long list are looked up. */
export function brokenLinks(
  links: readonly string[],
  { path, atMillis }: LinkingText,
  { posts, media, redirects }: DeadLinkDependencies,
): BrokenLinks {
  const local = links.filter((link) => link.startsWith('/')).slice(0, MAX_CHECKED);
  const addresses = local.map(pathIn);
  const plain = addresses.flatMap((to) => withoutFileName(to) ?? []);
  const found = posts.found.at([...addresses, ...plain]);
  const redirected = redirects.among(addresses);
  const names = addresses
    .filter((to) => to.startsWith('media/'))
    .flatMap((to) => mediaPath(postUrl(to)) ?? []);
  const files = new Set(media.findAll(names).map((file) => file.path));
  const kindAt = (to: string): FoundPost['kind'] => found.get(to)?.kind ?? 'missing';
  const isFound = (to: string): boolean => {
    const kind = kindAt(to);
    return kind === 'post' || (kind === 'missing' && kindAt(withoutFileName(to) ?? to) === 'post');
  };
  const missing = deadLinks(local, {
    hasPage: (to) => to === path || isFound(to) || redirected.has(to),
    hasMedia: (address) => files.has(mediaPath(address) ?? ''),
  });
  const dead: string[] = [];
  const early: EarlyLink[] = [];
  for (const address of missing) {
    const scheduled = found.get(pathIn(address))?.scheduledAtMillis;
    if (scheduled === undefined) dead.push(address);
    else if (scheduled > (atMillis ?? 0)) early.push({ address, atMillis: scheduled });
  }
  return { dead, early };
}

/** Without slashes around it; empty if it is invalid. */
function pathIn(link: string): string {
  return shortLinkOf(link) ?? decodePath(link.split(/[?#]/, 1)[0] ?? '') ?? '';
}

/** `1 link leads nowhere: /x.` Undefined if all links and pictures of the post are there. */
export function deadLinkHint(
  { html: rendered, path, publishedAtMillis }: Post,
  deps: DeadLinkDependencies,
  timeZone: string,
): Html | undefined {
  const { links, pictures } = addressesIn(rendered);
  const text = { path, atMillis: publishedAtMillis };
  const { dead, early } = brokenLinks(links, text, deps);
  const missing = brokenLinks(pictures, text, deps).dead;
  if (dead.length + early.length + missing.length === 0) return undefined;
  return html`${listed(dead, 'link leads', 'links lead', 'nowhere')}${earlyHint(early, timeZone)}${listed(missing, 'picture is', 'pictures are', 'missing')}`;
}

/** The same of the entries of a menu. */
export function deadMenuHint(menu: string, deps: DeadLinkDependencies, timeZone: string): Html | undefined {
  const addresses = menuOf(menu).map(({ address }) => address);
  const { dead, early } = brokenLinks(addresses, { path: '' }, deps);
  return html`${listed(dead, 'entry of the menu leads', 'entries of the menu lead', 'nowhere')}${earlyHint(early, timeZone)}`;
}

/** `/later is scheduled for 2026-03-29 10:00 (UTC): until then readers get 404.` */
export function earlyHint(early: readonly EarlyLink[], timeZone: string): Html {
  const shown = early.slice(0, MAX_SHOWN);
  return html`${shown.map(
    ({ address, atMillis }) =>
      html` <bdi>${address}</bdi> is scheduled for ${toLocalText(atMillis, timeZone)} (${timeZone}): until
        then readers get 404.`,
  )}${early.length > shown.length && html` ${early.length - shown.length} more links are to scheduled posts.`}`;
}

function listed(addresses: readonly string[], one: string, many: string, what: string): Html | undefined {
  const count = addresses.length;
  if (count === 0) return undefined;
  const shown = addresses.slice(0, MAX_SHOWN).join(', ');
  return html` ${count} ${count === 1 ? one : many} ${what}:
    <bdi>${shown}</bdi>${count > MAX_SHOWN && ` and ${count - MAX_SHOWN} more`}.`;
}
