import { readExportedText } from '../export/exported-post.ts';
import type { SourcePost } from './read-post.ts';

/** A post of this blog's export, with nothing guessed. Undefined if the file was added to it, or written anew by another program. */
export function readExportedPost(text: string): SourcePost | undefined {
  const exported = readExportedText(text);
  if (exported === undefined) return undefined;
  const { draft, updatedAtMillis, createdAtMillis, deletedAtMillis, order } = exported;
  return {
    draft,
    formerPath: draft.path,
    updatedAtMillis,
    unknownKeys: [],
    notes: [],
    exported: { createdAtMillis, deletedAtMillis, order },
  };
}
