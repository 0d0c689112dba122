import path from 'node:path/posix';
import { postUrl } from '../post-path.ts';
import { plainCallouts } from './callouts.ts';
import { expandHugo } from './hugo-shortcodes.ts';
import { expandLiquid } from './liquid-tags.ts';
import { withoutMdxParts } from './mdx-parts.ts';
import { obsidianNote } from './obsidian-notes.ts';
import { rewriteSourceLinks } from './rewrite-source-links.ts';
import type { SiteFacts } from './site-facts.ts';
import { unplayableParts } from './unplayable-text.ts';

/** A source's text as the blog's Markdown. */
export interface ConvertedSource {
  readonly markdown: string;
  /** Links to sources that are not posts, as written. */
  readonly broken: readonly string[];
  /** What is not shown as it was. */
  readonly lost: readonly string[];
}

/** Finds sources and files of a tree by the names that texts have for them. */
export class TreeIndex {
  readonly #pathOf: ReadonlyMap<string, string>;
  readonly #byName: ReadonlyMap<string, string>;
  readonly #files: ReadonlyMap<string, string>;

  /** `pathOf` has the posts' paths by source; `files` are other files, both relative to the content folder. */
  constructor(pathOf: ReadonlyMap<string, string>, files: readonly string[]) {
    this.#pathOf = pathOf;
    this.#byName = shortestByName([...pathOf.keys()]);
    this.#files = shortestByName(files);
  }

  /** A post's path, by the source's exact place. */
  pathOf(place: string): string | undefined {
    return this.#pathOf.get(place);
  }

  /** A post's address, by its source's place or name, with or without ending. */
  addressOf(name: string): string | undefined {
    const place = name.replace(/^\/+/, '').replace(/#.*$/s, '');
    const found = this.#pathOf.get(place) ?? this.#pathOf.get(this.#byName.get(nameKey(place)) ?? '');
    return found === undefined ? undefined : postUrl(found);
  }

  fileOf(name: string): string | undefined {
    return this.#files.get(name.toLowerCase()) ?? this.#files.get(path.basename(name).toLowerCase());
  }
}

const nameKey = (place: string): string =>
  place.toLowerCase().replace(/(?:\/_?index)?\.(?:md|markdown|mdx|mkdn?)$/, '');

/** Places by their names and by every end of their paths; of several, the shortest. */
function shortestByName(places: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const place of places.toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1))) {
    const parts = nameKey(place).split('/');
    for (let from = parts.length - 1; from >= 0; from--) {
      const key = parts.slice(from).join('/');
      if (!found.has(key)) found.set(key, place);
    }
  }
  return found;
}

/** Turns what generators add to Markdown (shortcodes, tags, wikilinks, callouts) into Markdown, and links between files into addresses. */
export function convertSource(
  { markdown, title }: { readonly markdown: string; readonly title: string },
  relative: string,
  generator: SiteFacts['generator'] | undefined,
  index: TreeIndex,
): ConvertedSource {
  // Another software's export has no more than HTML.
  if (generator === undefined) return { markdown, broken: [], lost: unplayableParts(markdown) };
  const broken: string[] = [];
  const addressOf = (name: string): string | undefined => index.addressOf(name);
  const isLiquid = generator !== 'hugo' && generator !== 'zola' && generator !== 'obsidian';
  const plain = /\.mdx$/i.test(relative) ? withoutMdxParts(markdown) : markdown;
  let text = generator === 'obsidian' ? plain : expandHugo(plain, addressOf);
  if (isLiquid && /\{[{%]/.test(text)) text = expandLiquid(text, { title, addressOf });
  if (generator === 'obsidian')
    text = obsidianNote(text, {
      addressOf,
      fileOf: (name) => index.fileOf(name),
      missing: (name) => broken.push(name),
    });
  const rewritten = rewriteSourceLinks(plainCallouts(text), relative, (place) => index.pathOf(place));
  return {
    markdown: rewritten.markdown,
    broken: [...broken, ...rewritten.broken],
    lost: unplayableParts(rewritten.markdown),
  };
}
