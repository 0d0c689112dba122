import { mediaPath, mediaUrl } from '../../media/media-path.ts';
import { postUrl } from '../post-path.ts';
import type { TagTargets } from './rewrite-html.ts';

/** Pixels; null when the medium has no size. */
export interface MediaSize {
  readonly width: number | null;
  readonly height: number | null;
}

/** Where a text stands, and what lies beside it. */
export interface LinkContext {
  /** The post's path. */
  readonly path: string;
  /** Paths it had before; media that came with it may still lie there. */
  readonly formerPaths?: readonly string[] | undefined;
  /** What the blog knows of a medium by its name, undefined when there is none. */
  readonly media?: ((name: string) => MediaSize | undefined) | undefined;
}

export interface CollectedTargets extends TagTargets {
  /** Addresses as written in the page, in order, without duplicates. */
  readonly links: ReadonlySet<string>;
  /** Local pictures that the blog does not have, as the author wrote them. */
  readonly missingImages: ReadonlySet<string>;
}

const ABSOLUTE = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i;

/** An absolute path for a relative one, dots resolved; query and fragment stay at its end. */
function resolve(reference: string, base: string): string {
  const { host, pathname, search, hash } = new URL(reference, `http://blog.invalid${postUrl(base)}`);
  // Another scheme or host in disguise, as `java<tab>script:`; it stays, for the list of allowed HTML to judge.
  if (host !== 'blog.invalid') return reference;
  return pathname + search + hash;
}

/** Resolves a post's links and pictures: beside the post (`picture.png`), in the blog's media (`/images/picture.png`), else as a browser would. */
export function linkTargets(context: LinkContext): CollectedTargets {
  const links = new Set<string>();
  const missingImages = new Set<string>();

  /** The medium a local reference names, by the places where it may lie. */
  const findMedium = (reference: string): { readonly url: string; readonly size: MediaSize } | undefined => {
    const bases = [context.path, ...(context.formerPaths ?? [])];
    const places = reference.startsWith('/')
      ? [reference]
      : [...bases.map((base) => resolve(reference, `${base}/`)), resolve(reference, context.path)];
    for (const place of places) {
      const [, file, suffix] = /^([^?#]*)(.*)$/s.exec(place)!;
      const name = mediaPath(file!);
      const size = name === undefined ? undefined : context.media?.(name);
      if (size !== undefined) return { url: mediaUrl(name!) + suffix!, size };
    }
    return undefined;
  };

  return {
    links,
    missingImages,
    isExternal: (href) => /^(?:https?:)?\/\//i.test(href),
    link(href) {
      const isLocal = !ABSOLUTE.test(href) && href !== '' && !href.startsWith('#');
      let target = href;
      try {
        if (isLocal) target = findMedium(href)?.url ?? resolve(href, context.path);
      } catch {
        // Not an address at all: it stays as the author wrote it.
      }
      links.add(target);
      return target;
    },
    image(src) {
      if (ABSOLUTE.test(src) || src === '') return { src };
      try {
        const medium = findMedium(src);
        if (medium !== undefined)
          return {
            src: medium.url,
            width: medium.size.width ?? undefined,
            height: medium.size.height ?? undefined,
          };
        missingImages.add(src);
        return { src: src.startsWith('/') ? src : `/media${resolve(src, `${context.path}/`)}` };
      } catch {
        missingImages.add(src);
        return { src };
      }
    },
  };
}
