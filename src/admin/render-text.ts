import { MarkdownWorker } from '../posts/markdown/markdown-worker.ts';
import type { RenderedMarkdown } from '../posts/markdown/markdown.ts';
import type { PostPlace } from '../posts/markdown/render-messages.ts';
import type { PostStore } from '../posts/post-store.ts';

/** Renders Markdown to HTML for a given address. */
export type RenderText = (markdown: string, place: PostPlace) => Promise<RenderedMarkdown>;

/** Renders in a worker thread, so that a long text does not block requests. */
export function createRenderText(posts: Pick<PostStore, 'mediaSize'>): RenderText {
  const worker = new MarkdownWorker();
  return (markdown, { path, formerPaths }) =>
    worker.render(markdown, { path, formerPaths }, (name) => posts.mediaSize(name));
}
