import type { LinkContext, MediaSize } from './link-targets.ts';
import type { RenderedMarkdown } from './markdown.ts';

/** Where a text stands or stood. */
export type PostPlace = Omit<LinkContext, 'media'>;

/** To the worker: first a text, then the media it asked for. */
export type WorkerRequest =
  | {
      readonly id: number;
      readonly markdown: string;
      readonly place: PostPlace;
      readonly highlight: boolean;
    }
  | { readonly id: number; readonly media: readonly (readonly [name: string, size: MediaSize])[] };

/** From the worker: which media it wants to know of, then the text rendered. */
export type WorkerAnswer =
  | { readonly id: number; readonly names: readonly string[] }
  | { readonly id: number; readonly rendered: RenderedMarkdown }
  | { readonly id: number; readonly failure: string };
