import { mediaPath, mediaUrl } from '../../media/media-path.ts';
import type { PictureSize } from '../../media/picture-sizes.ts';
import { postUrl } from '../post-path.ts';
import type { TagTargets } from './rewrite-html.ts';
import { typographicLine } from './typographic-line.ts';

/** What a text needs of a media file. */
export type MediaSize = Pick<PictureSize, 'width' | 'height'> & Partial<PictureSize>;

/** The address of a text, and its media. */
export interface LinkContext {
  /** The post's path. */
  readonly path: string;
  /** Its former paths, where its media may still be. */
  readonly formerPaths?: readonly string[] | undefined;
  /** Looks up a media file by name; undefined if there is none. */
  readonly media?: ((name: string) => MediaSize | undefined) | undefined;
}

export interface CollectedTargets extends TagTargets {
  /** Addresses as written in the page, in order, without duplicates. */
  readonly links: ReadonlySet<string>;
  /** Missing local pictures, as written. */
  readonly missingImages: ReadonlySet<string>;
}

const ABSOLUTE = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i;

/** Resolves a relative path to an absolute one; keeps query and fragment. */
function resolve(reference: string, base: string): string {
  const { host, pathname, search, hash } = new URL(reference, `http://blog.invalid${postUrl(base)}`);
  // A disguised scheme or host, as `java<tab>script:`; it stays for the allow-list to remove.
  if (host !== 'blog.invalid') return reference;
  return pathname + search + hash;
}

/** Resolves links and pictures of a post: beside the post (`picture.png`), in the blog's media (`/images/picture.png`), else as a browser would. Alternative texts of media get the quotes of the language `typography`. */
export function linkTargets(context: LinkContext, typography?: string): CollectedTargets {
  const links = new Set<string>();
  const missingImages = new Set<string>();

  /** Finds the media file of a local reference in all possible places. */
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
        // Not a valid address; it stays as written.
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
            variants: medium.size.variants,
            alt: medium.size.alt && typographicLine(medium.size.alt, typography),
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
