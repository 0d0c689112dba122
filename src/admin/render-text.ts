import { MarkdownWorker } from '../posts/markdown/markdown-worker.ts';
import type { RenderedMarkdown } from '../posts/markdown/markdown.ts';
import type { PostPlace } from '../posts/markdown/render-messages.ts';
import type { PostStore } from '../posts/post-store.ts';

/** Makes HTML of a text that stands at a place. */
export type RenderText = (markdown: string, place: PostPlace) => Promise<RenderedMarkdown>;

/** Renders in a thread of its own, so that a long text keeps no reader waiting. */
export function createRenderText(posts: Pick<PostStore, 'mediaSize'>): RenderText {
  const worker = new MarkdownWorker();
  return (markdown, { path, formerPaths }) =>
    worker.render(markdown, { path, formerPaths }, (name) => posts.mediaSize(name));
}
