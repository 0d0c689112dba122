import type { LinkContext, MediaSize } from './link-targets.ts';
import type { RenderedMarkdown, RenderOptions } from './markdown.ts';

/** The current and former paths of a text. */
export type PostPlace = Omit<LinkContext, 'media'>;

/** To the worker: first a text, then the requested media. */
export type WorkerRequest =
  | {
      readonly id: number;
      readonly markdown: string;
      readonly place: PostPlace;
      readonly options: RenderOptions;
    }
  | { readonly id: number; readonly media: readonly (readonly [name: string, size: MediaSize])[] };

/** From the worker: names of media to look up, then the rendered text. */
export type WorkerAnswer =
  | { readonly id: number; readonly names: readonly string[] }
  | { readonly id: number; readonly rendered: RenderedMarkdown }
  | { readonly id: number; readonly failure: string };
