import type { Database } from 'better-sqlite3';
import { SettingStore } from '../db/setting-store.ts';
import { readSiteSetting } from '../db/site-settings.ts';
import { type PictureSize, PictureSizes } from '../media/picture-sizes.ts';
import type { MediaSize } from './markdown/link-targets.ts';
import { renderMarkdown, type RenderedMarkdown, type TextSettings } from './markdown/markdown.ts';
import type { Post } from './post.ts';

/** What of the blog the rendering of a text depends on: its media and its settings. */
export class TextRendering {
  readonly #settings: SettingStore;
  readonly #pictures: PictureSizes;

  constructor(database: Database) {
    this.#settings = new SettingStore(database);
    this.#pictures = new PictureSizes(database);
  }

  /** The size of a media file; undefined if there is none of that name. */
  mediaSize(name: string): PictureSize | undefined {
    return this.#pictures.of(name);
  }

  /** What the settings say about a text of `language` (undefined or empty: the blog's). */
  settingsFor(language?: string): TextSettings {
    const isTypographic = readSiteSetting(this.#settings, 'typographer') === 'on';
    const its =
      language === '' || language === undefined ? readSiteSetting(this.#settings, 'language') : language;
    return {
      typography: isTypographic ? its : undefined,
      math: readSiteSetting(this.#settings, 'math') === 'on',
    };
  }

  /** Renders at once; the running blog uses its MarkdownWorker. */
  render(post: Pick<Post, 'markdown' | 'path' | 'aliases' | 'language'>): RenderedMarkdown {
    const media = (name: string): MediaSize | undefined => this.mediaSize(name);
    const place = { path: post.path, formerPaths: post.aliases, media };
    return renderMarkdown(post.markdown, place, this.settingsFor(post.language));
  }
}
