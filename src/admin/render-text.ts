import { MarkdownWorker } from '../posts/markdown/markdown-worker.ts';
import type { RenderedMarkdown } from '../posts/markdown/markdown.ts';
import type { DecidedPost } from '../posts/post-store.ts';
import type { TextRendering } from '../posts/text-rendering.ts';

/** What of a post its rendered text depends on, besides its Markdown. */
type TextPlace = Pick<DecidedPost, 'path' | 'formerPaths'> & {
  readonly fields: Pick<DecidedPost['fields'], 'language'>;
};

/** Renders Markdown to HTML for a given address and language. */
export type RenderText = (markdown: string, place: TextPlace) => Promise<RenderedMarkdown>;

/** Renders in a worker thread, so that a long text does not block requests. */
export function createRenderText(rendering: TextRendering): RenderText {
  const worker = new MarkdownWorker();
  return (markdown, { path, formerPaths, fields }) =>
    worker.render(
      markdown,
      { path, formerPaths },
      (name) => rendering.mediaSize(name),
      rendering.settingsFor(fields.language),
    );
}
