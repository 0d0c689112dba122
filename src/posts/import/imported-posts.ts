import type { Database } from 'better-sqlite3';
import { titleText } from '../../markup/title.ts';
import { pathKey } from '../../process/address.ts';
import type { RenderedMarkdown } from '../markdown/markdown.ts';
import { PostConflictError, PostDraftError } from '../post-errors.ts';
import type { Post } from '../post.ts';
import type { PostStore } from '../post-store.ts';
import { ImportLedger, type LedgerEntry } from './import-ledger.ts';
import { RenamedSources, type RenamedEntry } from './renamed-sources.ts';
import type { ImportSummary } from './import-summary.ts';
import type { PlannedPost } from './plan-import.ts';

const EDITED_HERE = 'edited here since the import: not changed';

export interface RenderedPost extends PlannedPost {
  readonly rendered: RenderedMarkdown;
}

type Known = LedgerEntry & Partial<RenamedEntry>;

/** The posts that sources become: which one is new, changed, or edited here. */
export class ImportedPosts {
  readonly #posts: PostStore;
  readonly #ledger: ImportLedger;
  readonly #summary: ImportSummary;
  readonly #renamed: RenamedSources;

  constructor(
    deps: { readonly database: Database; readonly posts: PostStore },
    summary: ImportSummary,
    planned: readonly PlannedPost[],
  ) {
    this.#posts = deps.posts;
    this.#ledger = new ImportLedger(deps.database);
    this.#summary = summary;
    const keys = new Set(planned.map(({ post }) => pathKey(post.draft.path)));
    this.#renamed = new RenamedSources(this.#ledger, (key) => keys.has(key));
  }

  /** What to do with a source; counts those that are not written. The post of an unchanged one is returned. */
  judge(planned: PlannedPost): 'write' | 'leave' | Post {
    const known = this.#entryOf(planned);
    if (known === undefined) return 'write';
    const current = this.#posts.byId(known.postId)!;
    if (known.sourceSha256 === planned.sha256) {
      this.#summary.unchanged++;
      return current;
    }
    if (current.version === known.postVersion) return 'write';
    const reason =
      current.deletedAtMillis === null ? EDITED_HERE : 'deleted here since the import: stays deleted';
    this.#summary.skipped.push({ file: planned.source.relative, reason, isFault: false });
    return 'leave';
  }

  /** A source that names no language has that of its post here; a new one that of its site, if it is not the blog's. */
  withLanguage(planned: PlannedPost): PlannedPost {
    const { draft } = planned.post;
    if (draft.language !== undefined) return planned;
    const known = this.#entryOf(planned);
    const settled = this.#summary.language;
    const language =
      known !== undefined
        ? this.#posts.byId(known.postId)?.language
        : settled?.of === 'posts'
          ? settled.language
          : undefined;
    return { ...planned, post: { ...planned.post, draft: { ...draft, language } } };
  }

  /** Call it inside a transaction. */
  write(planned: RenderedPost): void {
    const { source, post, sha256, rendered } = planned;
    const known = this.#entryOf(planned);
    // Another import of the same tree was faster.
    if (known?.sourceSha256 === sha256) {
      this.#summary.unchanged++;
      return;
    }
    const updatedAtMillis = post.updatedAtMillis ?? post.draft.publishedAtMillis ?? undefined;
    const draft = { ...post.draft, aliases: this.#aliasesOf(planned, known) };
    const facts = { ...post.exported, rendered, updatedAtMillis };
    try {
      const saved =
        known === undefined
          ? this.#posts.create(draft, facts)
          : this.#posts.update(known.postId, known.postVersion, draft, facts);
      const { publishedIn, updatedIn } = post;
      const entry = {
        postId: saved.id,
        sourceSha256: sha256,
        postVersion: saved.version,
        publishedIn,
        updatedIn,
      };
      this.#ledger.record(pathKey(post.draft.path), entry);
      if (known?.formerKey !== undefined) this.#forget({ ...known, formerKey: known.formerKey });
      if (known === undefined) this.#summary.imported++;
      else this.#summary.updated++;
    } catch (error) {
      const file = source.relative;
      if (error instanceof PostConflictError)
        this.#summary.skipped.push({ file, reason: EDITED_HERE, isFault: false });
      else if (error instanceof PostDraftError)
        this.#summary.skipped.push({ file, reason: error.message, isFault: true });
      else throw error;
    }
  }

  #forget(renamed: RenamedEntry): void {
    this.#ledger.forget(renamed.formerKey);
    this.#renamed.take(renamed);
  }

  /** The entry of an earlier import of a source, also under its former address or name. */
  #entryOf({ post }: PlannedPost): Known | undefined {
    const { draft } = post;
    return (
      this.#ledger.find(pathKey(draft.path)) ??
      this.#ledger.find(pathKey(post.formerPath)) ??
      this.#renamed.find(draft)
    );
  }

  /** Those of the source that no other post has, and the earlier ones: addresses that readers know stay. */
  #aliasesOf({ source, post }: PlannedPost, known: Known | undefined): readonly string[] {
    const own = (post.draft.aliases ?? []).filter((alias) => {
      const owner = this.#posts.ownerOf(alias);
      if (owner === undefined || owner.id === known?.postId) return true;
      const text = `/${alias}: belongs to “${titleText(owner.title)}”`;
      this.#summary.lostAddresses.push({ file: source.relative, text });
      return false;
    });
    if (known === undefined || post.exported !== undefined) return own;
    return [...own, ...this.#posts.byId(known.postId)!.aliases];
  }
}
