import { derivedText } from './derived-text.ts';
import type { RenderedMarkdown } from './markdown/markdown.ts';
import type { Post, PostDraft } from './post.ts';
import { PostDraftError } from './post-errors.ts';
import type { DecidedPost, PostStore } from './post-store.ts';

/** Replacements of fields that a save would refuse. */
const IN_PLACE_OF: Readonly<Record<PostDraftError['field'], Partial<PostDraft>>> = {
  title: { title: 'Untitled' },
  path: { path: undefined },
  aliases: { aliases: [] },
  language: { language: undefined },
  publishedAtMillis: { publishedAtMillis: null },
  markdown: { markdown: '' },
};

/** Resolves the draft as a published post; invalid fields are left out. */
export function decidePreview(
  posts: Pick<PostStore, 'decide'>,
  draft: PostDraft,
  before: Post | undefined,
): DecidedPost {
  let shown: PostDraft = { ...draft, status: 'published' };
  const refused = new Set<PostDraftError['field']>();
  for (;;) {
    try {
      return posts.decide(shown, before);
    } catch (error) {
      if (!(error instanceof PostDraftError) || refused.has(error.field)) throw error;
      refused.add(error.field);
      shown = { ...shown, ...IN_PLACE_OF[error.field] };
    }
  }
}

/** The post as readers would see it; nothing is written. */
export function previewPost(
  { fields, path }: DecidedPost,
  markdown: string,
  rendered: RenderedMarkdown,
): Post {
  const atMillis = fields.publishedAtMillis!;
  return {
    ...fields,
    ...derivedText(fields, rendered),
    id: 0,
    path,
    updatedAtMillis: atMillis,
    createdAtMillis: atMillis,
    aliases: [],
    markdown,
    html: rendered.html,
    version: 0,
  };
}
