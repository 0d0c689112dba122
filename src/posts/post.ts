/** Published posts with `publishedAtMillis` in the future are scheduled; unlisted ones are served but not listed. */
export type PostStatus = 'draft' | 'published' | 'unlisted';

/** A post in lists, without its text. */
export interface PostSummary {
  readonly id: number;
  /** Canonical, decoded, NFC, without the leading slash: `2026/03/glass` or the post's own path. */
  readonly path: string;
  readonly title: string;
  /** Plain text; the given description, else the first paragraph. */
  readonly summary: string;
  readonly status: PostStatus;
  /** Epoch milliseconds; null for a draft that was never published. */
  readonly publishedAtMillis: number | null;
  readonly updatedAtMillis: number;
  readonly tags: readonly string[];
  /** Its own, BCP 47; undefined: the blog's, whenever that changes. */
  readonly language: string | undefined;
  readonly readingMinutes: number;
}

export interface Post extends PostSummary {
  readonly markdown: string;
  /** Rendered once, at save. */
  readonly html: string;
  readonly authors: readonly string[];
  readonly aliases: readonly string[];
  readonly createdAtMillis: number;
  /** Its permanent id in feeds; undefined for posts from before ids were stored. */
  readonly feedId?: string | undefined;
  /** For optimistic locking: every save raises it by one. */
  readonly version: number;
  /** As entered by the author; undefined if `summary` is the first paragraph. */
  readonly description?: string | undefined;
  /** Time of deletion; null or undefined otherwise. */
  readonly deletedAtMillis?: number | null;
}

/** A post in the owner's list; `state` is what readers see of it now. */
export interface AdminPostSummary extends PostSummary {
  readonly state: 'draft' | 'scheduled' | 'published' | 'unlisted' | 'deleted';
  readonly version: number;
  readonly deletedAtMillis: number | null;
}

/** Last edited first; `older` is the cursor for `before`. */
export interface AdminPostPage {
  readonly posts: readonly AdminPostSummary[];
  readonly older: string | undefined;
}

/** By state; a scheduled post is not counted as published. */
export type PostCounts = Readonly<Record<AdminPostSummary['state'], number>>;

/** Input of the editor or the importer. */
export interface PostDraft {
  readonly title: string;
  readonly markdown: string;
  /** The path, or undefined to derive one from date and title. */
  readonly path?: string | undefined;
  readonly description?: string | undefined;
  readonly status: PostStatus;
  readonly publishedAtMillis?: number | null | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly authors?: readonly string[] | undefined;
  readonly aliases?: readonly string[] | undefined;
  /** Empty: the blog's; undefined: as before. */
  readonly language?: string | undefined;
  /** For a new post; default: a new id, also if another post has the given one. */
  readonly feedId?: string | undefined;
}

/** Keyset page, newest first; `older` and `newer` are opaque cursors for `?before=` and `?after=`. */
export interface PostPage {
  readonly posts: readonly PostSummary[];
  readonly older: string | undefined;
  readonly newer: string | undefined;
}

/** The result of looking up an address. */
export type PathLookup =
  | { readonly kind: 'post'; readonly post: Post }
  | { readonly kind: 'moved'; readonly path: string }
  | { readonly kind: 'gone' }
  | { readonly kind: 'missing' };
