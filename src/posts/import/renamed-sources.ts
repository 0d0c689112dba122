import { createHash } from 'node:crypto';
import type { PostDraft } from '../post.ts';
import type { ImportLedger, LedgerEntry } from './import-ledger.ts';

export interface RenamedEntry extends LedgerEntry {
  /** The key of the source's earlier name. */
  readonly formerKey: string;
}

/**
 * Sources that are not in the tree any more: one with the same id, or the same title, date and text, was renamed. Several that are alike
 * are none.
 */
export class RenamedSources {
  readonly #byMark = new Map<string, RenamedEntry | undefined>();

  constructor(ledger: ImportLedger, isInTree: (key: string) => boolean) {
    for (const formerKey of ledger.keys()) {
      const post = isInTree(formerKey) ? undefined : ledger.post(formerKey);
      if (post === undefined) continue;
      for (const mark of marksOf(post))
        this.#byMark.set(mark, this.#byMark.has(mark) ? undefined : { ...post, formerKey });
    }
  }

  find(draft: PostDraft): RenamedEntry | undefined {
    if (this.#byMark.size === 0) return undefined;
    return marksOf(draft)
      .map((mark) => this.#byMark.get(mark))
      .find((entry) => entry !== undefined);
  }

  /** Call it when the source has its new name: a copy of it is another post. */
  take({ formerKey }: RenamedEntry): void {
    for (const [mark, entry] of this.#byMark) if (entry?.formerKey === formerKey) this.#byMark.delete(mark);
  }
}

function marksOf({
  feedId,
  title,
  markdown,
  publishedAtMillis,
}: {
  readonly feedId?: string | null | undefined;
  readonly title: string;
  readonly markdown: string;
  readonly publishedAtMillis?: number | null | undefined;
}): readonly string[] {
  const text = JSON.stringify([title, markdown, publishedAtMillis ?? null]);
  return [
    ...(feedId === null || feedId === undefined ? [] : [feedId]),
    ...(markdown.trim() === '' ? [] : [createHash('sha256').update(text).digest('hex')]),
  ];
}
